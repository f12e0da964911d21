import { UsageError } from '../errors.js'
import { writePrivately } from '../private-file.js'
import { writeWhole } from '../whole-file.js'
import { type Bundle, bundleText } from './bundle.js'

/** Writes a bundle, whole or not at all; one that holds a key for its owner's eyes alone. @throws UsageError when it cannot. */
export async function saveBundle(file: string, bundle: Bundle): Promise<void> {
  try {
    if (bundle.key !== undefined) await writePrivately(file, bundleText(bundle))
    else await writeWhole(file, bundleText(bundle))
  } catch (cause) {
    throw new UsageError(`${file}: ${(cause as Error).message}`, { advice: 'name a file in an existing folder', cause })
  }
}
