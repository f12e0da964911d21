import type { z } from 'zod'
import { UsageError } from '../errors.js'
import { checkValue } from '../input.js'
import { ApiError } from './error.js'

/** What `value` stands for by `schema`; `source` names it to its sender. @throws ApiError naming each field that does not fit. */
export function checked<T>(value: unknown, schema: z.ZodType<T, unknown>, source = 'body'): T {
  try {
    return checkValue(value, { source, schema })
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    throw new ApiError(400, 'bad-request', { message: error.message })
  }
}
