/** What the API answers when it does not do what was asked. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly statusCode: number
  readonly code: string
  /** What to do next. */
  readonly advice: string | undefined

  constructor(
    statusCode: number,
    code: string,
    { message, advice }: { readonly message: string; readonly advice?: string },
  ) {
    super(message)
    this.statusCode = statusCode
    this.code = code
    this.advice = advice
  }
}
