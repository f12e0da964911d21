/** What the command line of `overage swarm` hands over: numbers are still text. */
export interface SwarmFlags {
  readonly market?: string
  readonly nodes?: string
  readonly buyers?: string
  readonly sellers?: string
  readonly supplyRatio?: string
  readonly seed: string
  readonly isolate?: Isolation
  readonly json?: string
  readonly keep?: boolean
  readonly folder?: string
  readonly trace?: string
  readonly capture?: string
  readonly dashboard?: string
  readonly timeLimit: string
  readonly quiet?: boolean
  readonly api?: boolean
}

/** One operating-system process for each node, or one for all. */
export type Isolation = 'process' | 'none'
export const isolations = ['process', 'none'] as const satisfies readonly Isolation[]

/** More nodes than this share one process, unless said otherwise: each process costs about 85 MB. */
export const processesMax = 16
