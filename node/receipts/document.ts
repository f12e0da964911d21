/** Receipts in a file that anybody can check (docs/receipts.md): what each says, and the signed messages that prove it. */
import { z } from 'zod'
import { receiptSchema } from '../api/schemas.js'

/** Receipts in one file: more than a person trades in many lives. */
const receiptsMax = 100_000

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
})

export type ReceiptsDocument = z.infer<typeof documentSchema>
export type ReceiptEntry = ReceiptsDocument['receipts'][number]
