/** What the stores must hold after everything, checked by an observer that sees all of them. */
import type { Verifier } from '../../src/ports/signer.js'
import { sealedFromJson } from '../../src/protocol/json.js'
import { sellerOf } from '../../src/protocol/message.js'
import { type Ledger, type Violation, violationsIn } from '../../src/sim/checkers.js'
import type { Told } from './swarm.js'

export interface Verdict {
  readonly sales: number
  /** Different receipts that either side ever told of. */
  readonly receiptsTold: number
  /** Those of them that are not in both stores. */
  readonly lost: readonly string[]
  readonly violations: readonly Violation[]
}

export function verdictOn(ledgers: readonly Ledger[], told: readonly Told[], verifier: Verifier): Verdict {
  const receipts = new Set(told.map(({ award }) => award))
  const sides = (['sale/', 'purchase/'] as const).map((prefix) => receiptsIn(ledgers, prefix))
  const lost = [...receipts].flatMap((award) => {
    const missing = ['seller', 'buyer'].filter((_, index) => !sides[index]!.has(award))
    const witnesses = [...new Set(told.filter((one) => one.award === award).map(({ by, as }) => `${by} ${as}`))]
    return missing.length === 0 ? [] : [`${award}: ${witnesses.join(', ')}; the ${missing.join(' and ')} lacks it`]
  })
  return { sales: sides[0]!.size, receiptsTold: receipts.size, lost, violations: violationsIn(ledgers, verifier) }
}

/** Awards of which a store under `prefix` holds the receipt. */
function receiptsIn(ledgers: readonly Ledger[], prefix: 'sale/' | 'purchase/'): ReadonlySet<string> {
  return new Set(
    ledgers.flatMap(({ id, contents }) =>
      contents.flatMap(({ key, value }) => {
        if (!key.startsWith(prefix)) return []
        const saved = (value as { readonly receipt?: string | null } | null)?.receipt ?? null
        const receipt = sealedFromJson(saved, 'receipt')?.body
        const owner = receipt && (prefix === 'sale/' ? sellerOf(receipt.offer) : receipt.buyer)
        return receipt !== undefined && owner === id ? [receipt.award] : []
      }),
    ),
  )
}
