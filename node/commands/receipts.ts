import type { Command } from 'commander'
import { CommandError, exitCodes, UsageError } from '../errors.js'
import { type AskingOptions, answer, asking, helpWith } from './asking.js'

const exportHelp = `
JSON (the default) has the signed messages, so that anybody can check them: docs/receipts.md has the format. CSV is for
spreadsheets: MB and micro-currency, one line a receipt, with the receipt's signed message in the last column.
${helpWith('overage receipts export > receipts.json', 'overage receipts export --csv > receipts.csv')}`

const verifyHelp = `
Needs no node and no network. Of each receipt: both signatures, that accept and receipt agree, that the award beside it is the
one it names, the charge recomputed from the bids in the award, and that the plain fields say what was signed. Two awards of
one round to one buyer prove that their seller equivocated. Of each proof, exported or in a file of its own: what it proves, of whom.

Exit code 1 when a receipt is bad, a seller is proven to have cheated, or a proof proves nothing.
${helpWith('overage receipts verify receipts.json', 'overage receipts export | overage receipts verify -')}`

interface ExportOptions extends AskingOptions {
  readonly csv?: boolean
}

export function addReceipts(program: Command): void {
  const receipts = program.command('receipts').description('the receipts of a running node, and checks of receipts')
  asking(receipts.command('export').description('every receipt of a running node, with its proof'))
    .option('--csv', 'a table for spreadsheets')
    .addHelpText('after', exportHelp)
    .action(runExport)
  receipts
    .command('verify')
    .description('check exported receipts, offline')
    .argument('<file>', "what overage receipts export wrote; '-': standard input")
    .option('--json', 'print what was found as JSON')
    .addHelpText('after', verifyHelp)
    .action(runVerify)
}

async function runExport({ csv = false, ...options }: ExportOptions): Promise<void> {
  if (csv && options.json) throw new UsageError('--csv and --json exclude each other', { advice: 'choose one of them' })
  const { csvOf } = await import('../study/csv.js')
  await answer(
    options,
    async (client) => {
      const [{ market, peerId }, { receipts, proofs }] = await Promise.all([client.status(), client.receipts()])
      return { format: 'overage-receipts', version: 1, market, owner: peerId, receipts, equivocations: [], proofs }
    },
    (document) => {
      if (!csv) return `${JSON.stringify(document, undefined, 2)}\n`
      return csvOf(
        document.receipts.map(({ quantity, charge, fee, proof, ...row }) => ({
          ...row,
          quantity_mb: quantity,
          charge_micros: charge,
          fee_micros: fee,
          receipt: proof.receipt,
        })),
      )
    },
  )
}

async function runVerify(file: string, { json = false }: { readonly json?: boolean }): Promise<void> {
  const { checkValue, parseJson, readInput } = await import('../input.js')
  const { asDocument, documentSchema } = await import('../receipts/document.js')
  const { isSound, verifyReceipts } = await import('../receipts/verify.js')
  const { printVerdict } = await import('../receipts/report.js')
  const { ed25519Verifier } = await import('../signer-ed25519.js')
  const input = await readInput(file, { example: 'overage receipts verify receipts.json' })
  const document = checkValue(asDocument(parseJson(input)), { source: input.source, schema: documentSchema })
  const verdict = verifyReceipts(document, ed25519Verifier)
  const sound = isSound(verdict)
  if (json) {
    const receipts = verdict.receipts.map(({ entry: { side, award }, ...checked }) => ({ side, award, ...checked }))
    process.stdout.write(`${JSON.stringify({ sound, ...verdict, receipts })}\n`)
  } else process.stdout.write(printVerdict(verdict))
  if (sound) return
  throw new CommandError('not everything in the file holds', {
    exitCode: exitCodes.failed,
    advice: 'ask whoever gave it to you for another copy; do not settle from what is bad',
  })
}
