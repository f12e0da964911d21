/** Chance, for what needs no secrecy: staggering reactions and retries. */
export interface Random {
  /** A whole number from 0 up to, not including, `bound`. `bound` is a safe integer ≥ 1. */
  below(bound: number): number
}
