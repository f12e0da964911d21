import { actions, type Expectation, type Step } from './schema.js'

/** A step in words. */
export function sentenceOf(step: Step): string {
  const { join, attack, partition, latency, loss, expect } = step
  if (expect !== undefined) return `expect ${expected(expect)}`
  if (join !== undefined) return `join ${join.name}`
  if (attack !== undefined) return `attack ${attack.name}`
  if (partition !== undefined) return `partition ${sides(partition, ' | ')}`
  if (step.heal) return 'heal'
  if (latency !== undefined) {
    const { time, jitter = 0 } = latency
    return `latency ${time} ms${jitter === 0 ? '' : ` ± ${jitter} ms`}${stretched(latency)}`
  }
  if (loss !== undefined) return `loss ${loss.share / 10} %${stretched(loss)}`
  const action = actions.find((each) => step[each] !== undefined)!
  return `${action} ${step[action]}`
}

const sides = (groups: readonly (readonly string[])[], between: string): string =>
  groups.map((names) => names.join(', ')).join(between)

const stretched = ({ of, between }: Pick<NonNullable<Step['loss']>, 'of' | 'between'>): string =>
  of !== undefined ? ` of ${of.join(', ')}` : between !== undefined ? ` between ${sides(between, ' and ')}` : ''

function expected({ among, since, stats, ...others }: Expectation): string {
  const parts = [
    ...Object.entries(others).map(([what, value]) => (value === true ? what : `${what} ${value}`)),
    ...(stats ?? []).map(({ text }) => text),
  ]
  const whose = among === undefined ? '' : ` among ${among.join(', ')}`
  return `${parts.join(', ')}${whose}${since === undefined ? '' : ` since ${since}`}`
}
