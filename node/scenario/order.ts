/** Whether the steps of a scenario can follow each other: whom they name is there, and in a state that they can change. */
import { UsageError } from '../errors.js'
import type { Market } from '../market-file.js'
import type { Step } from './schema.js'

/** Where in the file a path is. */
export type Where = (path: readonly PropertyKey[]) => string

export interface OrderOptions {
  readonly market: Market
  readonly whereIs: Where
}

type State = 'running' | 'paused' | 'dead'
type Path = readonly (string | number)[]

/** @throws UsageError with the place of the first step that cannot be done by then. */
export function assertInOrder(steps: readonly Step[], { market, whereIs }: OrderOptions): void {
  const cast = new Cast(market)
  for (const [index, step] of steps.entries()) {
    const wrong = cast.take(step)
    if (wrong === undefined) continue
    const { path, problem, advice } = wrong
    const place = [`steps[${index}]`, ...path.filter((key) => typeof key === 'string')].join('.')
    throw new UsageError(`${whereIs(['steps', index, ...path])}: ${place}: ${problem}`, { advice })
  }
}

interface Wrong {
  readonly path: Path
  readonly problem: string
  readonly advice: string
}

/** Who is there, and how, after the steps so far. */
class Cast {
  readonly #states: Map<string, State>
  readonly #steps: string[] = []
  #isCut = false

  constructor({ people }: Market) {
    this.#states = new Map(people.map(({ name }) => [name, 'running']))
  }

  /** What is wrong with the next step; undefined when it can be done, and is. */
  take(step: Step): Wrong | undefined {
    const wrong = this.#strangerIn(step) ?? this.#stateFault(step) ?? this.#groupFault(step) ?? this.#nameFault(step)
    if (wrong === undefined) this.#do(step)
    return wrong
  }

  #do({ name, kill, restart, pause, resume, join, partition, heal }: Step): void {
    if (name !== undefined) this.#steps.push(name)
    if (kill !== undefined) this.#states.set(kill, 'dead')
    if (pause !== undefined) this.#states.set(pause, 'paused')
    for (const back of [restart, resume, join?.name]) if (back !== undefined) this.#states.set(back, 'running')
    if (partition !== undefined) this.#isCut = true
    if (heal) this.#isCut = false
  }

  #strangerIn(step: Step): Wrong | undefined {
    const stranger = namesIn(step).find(([, name]) => !this.#states.has(name))
    if (stranger === undefined) return undefined
    const [path, name] = stranger
    return {
      path,
      problem: `nobody is called ${name} by then`,
      advice: `there are ${[...this.#states.keys()].join(', ')}`,
    }
  }

  #stateFault({ kill, restart, pause, resume, join }: Step): Wrong | undefined {
    const rules = [
      { key: 'kill', name: kill, fits: ['running', 'paused'], advice: 'restart it first' },
      { key: 'restart', name: restart, fits: ['dead'], advice: 'kill it first; resume is for what was paused' },
      { key: 'pause', name: pause, fits: ['running'], advice: 'pause what runs' },
      { key: 'resume', name: resume, fits: ['paused'], advice: 'pause it first; restart is for what was killed' },
    ]
    for (const { key, name, fits, advice } of rules) {
      const state = name === undefined ? undefined : this.#states.get(name)
      if (state !== undefined && !fits.includes(state))
        return { path: [key], problem: `${name} is ${state} by then`, advice }
    }
    if (join === undefined) return undefined
    const taken = [...this.#states.keys()].find((one) => one.toLowerCase() === join.name.toLowerCase())
    const path = ['join', 'name']
    return taken === undefined
      ? undefined
      : { path, problem: `${taken} is there already`, advice: 'choose another name' }
  }

  #groupFault({ partition, heal }: Step): Wrong | undefined {
    if (heal && !this.#isCut)
      return { path: ['heal'], problem: 'nothing is cut by then', advice: 'it ends a partition; latency and loss stay' }
    if (partition === undefined) return undefined
    const seen = new Set<string>()
    for (const [group, names] of partition.entries())
      for (const [index, name] of names.entries()) {
        const path = ['partition', group, index]
        if (seen.has(name)) return { path, problem: `${name} is in two groups`, advice: 'leave it in one of them' }
        seen.add(name)
      }
    return partition.length === 1 && seen.size === this.#states.size
      ? { path: ['partition'], problem: 'everybody is in one group', advice: 'leave somebody out, or name two groups' }
      : undefined
  }

  #nameFault({ name, expect }: Step): Wrong | undefined {
    if (name !== undefined && this.#steps.includes(name))
      return { path: ['name'], problem: `a step before is called ${name} too`, advice: 'choose another name' }
    const since = expect?.since
    if (since === undefined || this.#steps.includes(since)) return undefined
    const advice =
      this.#steps.length === 0
        ? 'give one a name, such as { name: healed, heal: true }'
        : `there are ${this.#steps.join(', ')}`
    return { path: ['expect', 'since'], problem: `no step before is called ${since}`, advice }
  }
}

/** Everybody whom a step names, and where. */
function namesIn({ kill, restart, pause, resume, attack, partition, latency, loss, expect }: Step): [Path, string][] {
  const single = Object.entries({ kill, restart, pause, resume }).map(([key, name]) => [[key], name] as const)
  const lists: (readonly [Path, readonly string[] | undefined])[] = [
    [['attack', 'on'], attack?.on],
    [['expect', 'among'], expect?.among],
    ...(partition ?? []).map((group, index) => [['partition', index], group] as const),
    ...Object.entries({ latency, loss }).flatMap(([key, stretch]) => [
      [[key, 'of'], stretch?.of] as const,
      ...(stretch?.between ?? []).map((side, index) => [[key, 'between', index], side] as const),
    ]),
  ]
  return [
    ...[...single, [['expect', 'refuses'], expect?.refuses] as const].flatMap(([path, name]): [Path, string][] =>
      name === undefined ? [] : [[path, name]],
    ),
    ...lists.flatMap(([path, names]) => (names ?? []).map((name, index): [Path, string] => [[...path, index], name])),
  ]
}
