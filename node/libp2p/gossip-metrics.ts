/** What gossipsub counts, in a registry of prom-client: it asks for a register in the shape of its own. */
import type { gossipsub } from '@chainsafe/libp2p-gossipsub'
import { Gauge, Histogram, type Registry } from 'prom-client'

type MetricsRegister = NonNullable<NonNullable<Parameters<typeof gossipsub>[0]>['metricsRegister']>

interface Config {
  readonly name: string
  readonly help: string
  readonly labelNames?: readonly string[]
  readonly buckets?: number[]
}

/** A gauge that is asked to bring itself up to date before it is read. */
class AskedGauge extends Gauge<string> {
  readonly #collectors: ((gauge: AskedGauge) => void)[] = []

  addCollect(collect: (gauge: AskedGauge) => void): void {
    this.#collectors.push(collect)
  }

  override async get() {
    for (const collect of this.#collectors) collect(this)
    return super.get()
  }
}

/** Three gauges under one name: what a list of values comes to on average, at least and at most. */
class AvgMinMax {
  readonly #gauges: Readonly<Record<'avg' | 'min' | 'max', Gauge<string>>>

  constructor(config: Config, registry: Registry) {
    const gauge = (suffix: string) => new Gauge({ ...base(config, registry), name: `${config.name}_${suffix}` })
    this.#gauges = { avg: gauge('avg'), min: gauge('min'), max: gauge('max') }
  }

  set(first: Readonly<Record<string, string | number>> | readonly number[], second?: readonly number[]): void {
    const [labels, values] = Array.isArray(first)
      ? [{}, first as readonly number[]]
      : [first as Record<string, string | number>, second ?? []]
    if (values.length === 0) return
    const sum = values.reduce((total, value) => total + value, 0)
    this.#gauges.avg.set(labels, sum / values.length)
    this.#gauges.min.set(labels, Math.min(...values))
    this.#gauges.max.set(labels, Math.max(...values))
  }
}

const base = ({ name, help, labelNames = [] }: Config, registry: Registry) => ({
  name,
  help,
  labelNames: [...labelNames],
  registers: [registry],
})

/** For gossipsub's option `metricsRegister`. */
export function gossipRegisterOf(registry: Registry): MetricsRegister {
  const register = {
    gauge: (config: Config) => new AskedGauge(base(config, registry)),
    histogram: (config: Config) =>
      new Histogram({ ...base(config, registry), ...(config.buckets && { buckets: config.buckets }) }),
    avgMinMax: (config: Config) => new AvgMinMax(config, registry),
  }
  return register as unknown as MetricsRegister
}
