/**
 * What data is worth to a buyer (MECHANISM §4). The one place of floating point; it never leaves the buyer. Computed
 * with `power.ts`, so that equal specifications give equal bids on every machine.
 */
import { type Megabytes, megabytes, megabytesMax, megabytesPerGigabyte, ticksMax, ticksPerUnitPrice } from '../units.js'
import { exp, expm1, log } from './power.js'

/** A valuation as people write it: GB, currency, and currency per GB. */
export type ValuationSpec =
  /** Shifted α-fair: `θ(d) = σ[(d+δ)^(1−α) − δ^(1−α)]/(1−α)`, α in [0, 1), `delta` 1 GB unless said. */
  | {
      readonly kind: 'alpha-fair'
      readonly sigma: number
      readonly alpha: number
      readonly delta?: number | undefined
      readonly demand: number
    }
  /** The limit α → 1: `θ(d) = σ ln((d+δ)/δ)`. */
  | {
      readonly kind: 'logarithmic'
      readonly sigma: number
      readonly delta?: number | undefined
      readonly demand: number
    }
  /** Every GB up to the demand is worth the same. */
  | { readonly kind: 'linear'; readonly unitValue: number; readonly demand: number }
  /** `θ(d) = p̄d − p̄d²/(2q̄)`; the demand is q̄. */
  | { readonly kind: 'parabolic'; readonly qbar: number; readonly pbar: number }

/** θ of one buyer, in the market's units: MB, micros, ticks. All three are floating point. */
export interface Valuation {
  /** Data beyond this is worth nothing. */
  readonly demand: Megabytes
  /** θ(q) in micros of `q` MB in total; constant from the demand on. */
  value(q: number): number
  /** θ'(q) in ticks; at the demand from the left, beyond it 0. */
  marginal(q: number): number
  /** `sup{ q : marginal(q) ≥ price }` in MB, within [0, demand]; 0 when there is no such q. */
  demandAt(price: number): number
}

export interface ValuationProblem {
  /** Which field is wrong. */
  readonly field: string
  readonly problem: string
}

/** 0.001 GB. */
const deltaMin = 1 / megabytesPerGigabyte
const gigabytesMax = megabytesMax / megabytesPerGigabyte
/** Keeps the highest marginal value within the bound on unit prices. */
const unitValueMax = ticksMax / ticksPerUnitPrice
/** Below this the marginal value falls so slowly that its inverse loses all digits; 0 itself is linear. */
const alphaMin = 0.001
/** A whole number of MB may come out of GB a rounding error too low. */
const wholeTolerance = 1e-6

/** What is wrong with `spec`, if anything; {@link valuationOf} accepts exactly what passes. */
export function checkValuation(spec: ValuationSpec): ValuationProblem | undefined {
  switch (spec.kind) {
    case 'alpha-fair':
      return (
        positive('sigma', spec.sigma, Number.MAX_VALUE) ??
        (spec.alpha === 0 || (spec.alpha >= alphaMin && spec.alpha < 1)
          ? undefined
          : { field: 'alpha', problem: `must be 0, or from ${alphaMin} up to but not 1` }) ??
        checkDelta(spec.delta) ??
        checkDemand('demand', spec.demand) ??
        checkSteepest('sigma', spec)
      )
    case 'logarithmic':
      return (
        positive('sigma', spec.sigma, Number.MAX_VALUE) ??
        checkDelta(spec.delta) ??
        checkDemand('demand', spec.demand) ??
        checkSteepest('sigma', spec)
      )
    case 'linear':
      return positive('unitValue', spec.unitValue, unitValueMax) ?? checkDemand('demand', spec.demand)
    case 'parabolic':
      return checkDemand('qbar', spec.qbar) ?? positive('pbar', spec.pbar, unitValueMax)
  }
}

/** @throws RangeError when {@link checkValuation} finds a problem. */
export function valuationOf(spec: ValuationSpec): Valuation {
  const wrong = checkValuation(spec)
  if (wrong !== undefined) throw new RangeError(`valuation: ${wrong.field} ${wrong.problem}`)
  return build(spec)
}

/** The same person declaring `factor` times its value: the misreports of truthfulness studies (MECHANISM §8). */
export function scaled(spec: ValuationSpec, factor: number): ValuationSpec {
  switch (spec.kind) {
    case 'alpha-fair':
    case 'logarithmic':
      return { ...spec, sigma: spec.sigma * factor }
    case 'linear':
      return { ...spec, unitValue: spec.unitValue * factor }
    case 'parabolic':
      return { ...spec, pbar: spec.pbar * factor }
  }
}

function build(spec: ValuationSpec): Valuation {
  switch (spec.kind) {
    case 'alpha-fair':
      return spec.alpha === 0
        ? linear(spec.sigma, wholeMegabytes(spec.demand))
        : alphaFair(spec.sigma, spec.alpha, spec.delta ?? 1, wholeMegabytes(spec.demand))
    case 'logarithmic':
      return logarithmic(spec.sigma, spec.delta ?? 1, wholeMegabytes(spec.demand))
    case 'linear':
      return linear(spec.unitValue, wholeMegabytes(spec.demand))
    case 'parabolic':
      return parabolic(spec.qbar, spec.pbar)
  }
}

function alphaFair(sigma: number, alpha: number, deltaGigabytes: number, demand: Megabytes): Valuation {
  const delta = deltaGigabytes * megabytesPerGigabyte
  const steepest = ticksPerUnitPrice * sigma * exp(-alpha * log(deltaGigabytes))
  const rest = 1 - alpha
  // θ = θ'(0)·δ·[(1 + q/δ)^(1−α) − 1]/(1−α), in the form that keeps its digits as α → 1 and q → 0.
  const scale = (steepest * delta) / rest
  const marginal = (q: number) => (q > demand ? 0 : steepest * exp(-alpha * log(1 + q / delta)))
  const least = marginal(demand)
  return {
    demand,
    value: (q) => scale * expm1(rest * log(1 + within(q, demand) / delta)),
    marginal,
    demandAt: (price) =>
      price <= least ? demand : price > steepest ? 0 : within(delta * expm1(log(steepest / price) / alpha), demand),
  }
}

function logarithmic(sigma: number, deltaGigabytes: number, demand: Megabytes): Valuation {
  const delta = deltaGigabytes * megabytesPerGigabyte
  const scale = ticksPerUnitPrice * sigma * megabytesPerGigabyte
  return {
    demand,
    value: (q) => scale * log(1 + within(q, demand) / delta),
    marginal: (q) => (q > demand ? 0 : scale / (q + delta)),
    demandAt: (price) => (price <= 0 ? demand : within(scale / price - delta, demand)),
  }
}

function linear(unitValue: number, demand: Megabytes): Valuation {
  const price = unitValue * ticksPerUnitPrice
  return {
    demand,
    value: (q) => price * within(q, demand),
    marginal: (q) => (q > demand ? 0 : price),
    demandAt: (asked) => (asked <= price ? demand : 0),
  }
}

function parabolic(qbarGigabytes: number, pbar: number): Valuation {
  const qbar = qbarGigabytes * megabytesPerGigabyte
  const steepest = pbar * ticksPerUnitPrice
  const demand = wholeMegabytes(qbarGigabytes)
  return {
    demand,
    value: (q) => {
      const used = within(q, demand)
      return steepest * used - (steepest * used * used) / (2 * qbar)
    },
    marginal: (q) => (q > demand ? 0 : steepest * (1 - q / qbar)),
    demandAt: (price) => within(qbar * (1 - price / steepest), demand),
  }
}

const within = (q: number, demand: number): number => Math.max(0, Math.min(q, demand))

const wholeMegabytes = (gigabytes: number): Megabytes =>
  megabytes(Math.floor(gigabytes * megabytesPerGigabyte + wholeTolerance))

function positive(field: string, value: number, max: number): ValuationProblem | undefined {
  return value > 0 && value <= max ? undefined : { field, problem: `must be above 0 and at most ${max}` }
}

function checkDelta(delta: number | undefined): ValuationProblem | undefined {
  return delta === undefined || (delta >= deltaMin && delta <= gigabytesMax)
    ? undefined
    : { field: 'delta', problem: `must be from ${deltaMin} to ${gigabytesMax} GB` }
}

function checkDemand(field: string, demand: number): ValuationProblem | undefined {
  return demand >= deltaMin && demand <= gigabytesMax
    ? undefined
    : { field, problem: `must be from ${deltaMin} to ${gigabytesMax} GB` }
}

function checkSteepest(field: string, spec: ValuationSpec): ValuationProblem | undefined {
  return build(spec).marginal(0) <= ticksMax
    ? undefined
    : { field, problem: `makes the first GB worth more than ${unitValueMax} currency per GB` }
}
