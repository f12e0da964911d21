/** What came of a market on the lab, from the stores of all its peers once they have stopped. */
import { loadIdentity } from '../../../node/identity.js'
import { sellsField, wantsField } from '../../../node/person.js'
import { ed25519Verifier, signerOf } from '../../../node/signer-ed25519.js'
import { type Violation, violationsIn } from '../../../src/sim/checkers.js'
import type { Peer } from './peer.js'
import type { Plan } from './people.js'

export interface Verdict {
  readonly violations: readonly Violation[]
  /** Receipts in the stores of those who sold, and of those who bought. */
  readonly sales: number
  readonly purchases: number
}

/** Every law of the market, checked by code that shares nothing with the agents but the formats. */
export async function verdictOn(peers: readonly { readonly peer: Peer; readonly plan: Plan }[]): Promise<Verdict> {
  const ledgers = await Promise.all(
    peers.map(async ({ peer, plan: { sells, wants } }) => ({
      name: peer.name,
      id: signerOf(await loadIdentity(peer.folder)).id,
      sells: sells && sellsField.parse(sells),
      wants: wants && wantsField.parse(wants),
      contents: await peer.contents(),
    })),
  )
  const kept = (prefix: string): number =>
    ledgers.flatMap(({ contents }) => contents).filter(({ key, value }) => key.startsWith(prefix) && hasReceipt(value))
      .length
  return { violations: violationsIn(ledgers, ed25519Verifier), sales: kept('sale/'), purchases: kept('purchase/') }
}

const hasReceipt = (value: unknown): boolean => ((value as { readonly receipt?: unknown }).receipt ?? null) !== null
