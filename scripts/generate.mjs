/** Writes src/protocol/generated/market.ts from src/protocol/market.proto. Run it after every change of the latter. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { generate } from 'protons'

const output = 'src/protocol/generated'
const generated = `${output}/market.ts`

await mkdir(output, { recursive: true })
await generate('src/protocol/market.proto', { output })
// The generator passes `undefined` to optional properties, which exactOptionalPropertyTypes forbids. Its declared types
// are sound, so only the inside of this one file goes unchecked.
const header = '// Generated from market.proto by `npm run generate`. Do not edit.\n// @ts-nocheck\n\n'
await writeFile(generated, header + (await readFile(generated, 'utf8')))
