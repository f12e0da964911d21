import { writeWhole } from './whole-file.js'

/** Writes `file`, for its owner's eyes alone (mode 0600), whole or not at all. */
export const writePrivately = (file: string, text: string): Promise<void> => writeWhole(file, text, { mode: 0o600 })
