/** What RPCs come to, by peer and topic: the data of messages, and everything else as control. */
import type { RpcEvent } from '../../src/inspect/event.js'

export interface Flow {
  readonly node: string
  readonly peer: string
  /** Undefined: control of RPCs that are about no topic, or about several. */
  readonly topic: string | undefined
  dataIn: number
  dataOut: number
  controlIn: number
  controlOut: number
}

export const sumOf = ({ dataIn, dataOut, controlIn, controlOut }: Flow): number =>
  dataIn + dataOut + controlIn + controlOut

/** Topics are what strangers send: beyond so many flows, what is about new ones is counted without its topic. */
const flowsMax = 4_096

export class Traffic {
  readonly #flows = new Map<string, Flow>()
  /** Microseconds since the Unix epoch; undefined: nothing was counted. */
  #since: number | undefined

  get flows(): readonly Flow[] {
    return [...this.#flows.values()]
  }
  /** When the first RPC was that is counted. */
  get since(): number | undefined {
    return this.#since
  }

  add(event: RpcEvent): void {
    this.#since ??= event.at
    const { dir, bytes, messages } = event
    let data = 0
    for (const message of messages ?? []) {
      data += message.bytes
      this.#flow(event, message.topic)[dir === 'in' ? 'dataIn' : 'dataOut'] += message.bytes
    }
    this.#flow(event, topicOf(event))[dir === 'in' ? 'controlIn' : 'controlOut'] += bytes - data
  }

  #flow(ends: Pick<RpcEvent, 'node' | 'peer'>, topic: string | undefined): Flow {
    const { node, peer } = ends
    const key = `${node} ${peer} ${topic ?? ''}`
    const known = this.#flows.get(key)
    if (known !== undefined) return known
    if (topic !== undefined && this.#flows.size >= flowsMax) return this.#flow(ends, undefined)
    const flow = { node, peer, topic, dataIn: 0, dataOut: 0, controlIn: 0, controlOut: 0 }
    this.#flows.set(key, flow)
    return flow
  }
}

/** The one topic that all parts of an RPC are about. */
function topicOf({ messages, subscriptions, ihave, iwant, graft, prune, idontwant }: RpcEvent): string | undefined {
  if (iwant !== undefined || idontwant !== undefined) return undefined
  let found: string | undefined
  for (const parts of [messages, subscriptions, ihave, graft, prune]) {
    for (const part of parts ?? []) {
      const topic = typeof part === 'string' ? part : part.topic
      if (found !== undefined && topic !== found) return undefined
      found = topic
    }
  }
  return found
}
