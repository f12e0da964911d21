/** Receipts in a file that anybody can check (docs/receipts.md): what each says, and the signed messages that prove it. */
import { z } from 'zod'
import { proofSchema, receiptSchema } from '../api/schemas.js'

/** Receipts in one file: more than a person trades in many lives. */
const receiptsMax = 100_000
/** A node keeps 64. */
const proofsMax = 10_000

const envelope = z.string().min(1).max(200_000)

export const documentSchema = z.strictObject({
  format: z.literal('overage-receipts', { error: 'must be "overage-receipts": this is another kind of file' }),
  version: z.literal(1, { error: 'must be 1, the version that this program reads' }),
  market: z.string(),
  /** The peer id of whose receipts these are. */
  owner: z.string(),
  receipts: z
    .array(
      z.strictObject({
        ...receiptSchema.shape,
        /** The award may be missing: then its charge is not recomputed. */
        proof: z.strictObject({ receipt: envelope, award: envelope.optional() }),
      }),
    )
    .max(receiptsMax),
  /** Pairs of awards by which their seller equivocated. */
  equivocations: z.array(z.strictObject({ awards: z.tuple([envelope, envelope]) })).default([]),
  /** What a cheated buyer shows of its sellers (SPEC §6). */
  proofs: z.array(proofSchema).max(proofsMax).default([]),
})

export type ReceiptsDocument = z.infer<typeof documentSchema>
/** A file that holds one proof and nothing else, as a document with that proof alone; anything else as it is. */
export function asDocument(json: unknown): unknown {
  const proof = proofSchema.safeParse(json)
  if (!proof.success) return json
  return { format: 'overage-receipts', version: 1, market: '', owner: '', receipts: [], proofs: [proof.data] }
}

export type ReceiptEntry = ReceiptsDocument['receipts'][number]
