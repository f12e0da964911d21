/** `overage testnet show`: what a bundle says, explained. */
import { bundleAsWritten } from './bundle.js'
import { readBundle } from './bundle-source.js'
import { describeBundle } from './report.js'

export async function showTestnet(source: string, { json }: { readonly json?: boolean }): Promise<void> {
  const bundle = await readBundle(source)
  const { key, ...open } = bundle
  const written = { ...(bundleAsWritten(open) as object), private: key !== undefined }
  process.stdout.write(json ? `${JSON.stringify(written, undefined, 2)}\n` : describeBundle(source, bundle))
}
