/** What a check of receipts found, as a person reads it. */
import pc from 'picocolors'
import { counted, gb, money } from '../format.js'
import { shortId } from '../report-node.js'
import type { Checked, HiddenBid, Verdict } from './verify.js'

export function printVerdict(verdict: Verdict): string {
  const { receipts, equivocations, hiddenBids, empty, unproven } = verdict
  const bad = receipts.filter(({ faults }) => faults.length > 0)
  const lines = [
    ...receipts.map(receiptLine),
    ...equivocations.map(
      ({ seller, offer, round, buyer }) =>
        `${pc.red('✘')} proof that ${seller} equivocated: it signed two different awards of round ${round} of ${offer} to ${shortId(buyer)}`,
    ),
    ...hiddenBids.map(hiddenLine),
    ...unproven.map(({ index, why }) => `${pc.red('✘')} proofs[${index}] proves nothing: ${why}`),
    ...empty.map(
      (index) => `${pc.red('✘')} equivocations[${index}] proves nothing: its awards do not contradict each other`,
    ),
    '',
    bad.length === 0
      ? soundLine(receipts)
      : `${pc.red('✘')} ${bad.length} of ${counted(receipts.length, 'receipt')} bad`,
    ...(receipts.length > 0 ? [meaning(receipts)] : []),
  ]
  return `${lines.join('\n')}\n`
}

function hiddenLine({ seller, offer, round, buyer, answerable }: HiddenBid): string {
  const what = `proof that ${seller} hid a bid: it had acknowledged one of ${shortId(buyer)}, and left it out of an award of round ${round} of ${offer}`
  if (!answerable) return `${pc.red('✘')} ${what}. Nothing excuses that`
  return `${pc.red('✘')} ${what}. Unless it shows that the bid had ended by then: a later one, or its award`
}

function receiptLine({ entry, faults, recomputed }: Checked): string {
  const { side, seller, buyer, quantity, charge, award } = entry
  const who = side === 'sold' ? `sold to ${shortId(buyer)}` : `bought from ${shortId(seller)}`
  const what = `${who}  ${gb(quantity)} for ${money(charge)}  ${pc.dim(award.slice(0, 8))}`
  if (faults.length === 0) return `${pc.green('✔')} ${what}${recomputed ? '' : '  (no award: charge not recomputed)'}`
  return [`${pc.red('✘')} ${what}`, ...faults.map((fault) => `    ${fault}`)].join('\n')
}

const soundLine = (receipts: readonly Checked[]): string =>
  `${pc.green('✔')} ${counted(receipts.length, 'receipt')} ${receipts.length === 1 ? 'holds' : 'hold'}`

function meaning(receipts: readonly Checked[]): string {
  const recomputed = receipts.some((checked) => checked.recomputed)
  return [
    'A receipt that holds proves that this seller and this buyer both signed this quantity, charge and fee.',
    ...(recomputed ? ['Beside its award, also that the charge is what the bids in it give at the reserve in it.'] : []),
    'It does not prove that no bid was left out or made up, that data was delivered, that money moved, or when it was.',
  ].join('\n')
}
