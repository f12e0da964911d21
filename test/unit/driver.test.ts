import { describe, expect, it } from 'vitest'
import type { AgentEvent, Effect, Fact } from '../../src/agent/agent.js'
import type { StoreRecord } from '../../src/ports/store.js'
import type { Transport } from '../../src/ports/transport.js'
import { byteWire, decode, encode } from '../../src/protocol/codec.js'
import { type DirectMessage, limits, type Offer, offerIdOf, type Sealed } from '../../src/protocol/message.js'
import { seal } from '../../src/protocol/signing.js'
import { Driver, defaultDriverLimits } from '../../src/runtime/driver.js'
import { Agenda } from '../../src/sim/agenda.js'
import { HostClock } from '../../src/sim/host.js'
import { simulatedSigner, simulatedVerifier } from '../../src/sim/signer.js'
import { type Millis, megabytes, millis, ticks } from '../../src/units.js'

const me = simulatedSigner('me')
const peer = simulatedSigner('peer')
const market = 'trial'

/** An agent that answers as it is told, on ports that write down what they are asked for. */
class Rig {
  readonly log: string[] = []
  readonly sent: { readonly to: string; readonly bytes: Uint8Array }[] = []
  readonly events: AgentEvent[] = []
  readonly writes: {
    readonly records: readonly StoreRecord[]
    readonly sync: boolean
    readonly done: (error?: Error) => void
  }[] = []
  readonly agenda = new Agenda()
  readonly failures: Error[] = []
  readonly driver: Driver
  deadline: Millis | undefined
  answer: (event: AgentEvent) => readonly Effect[] = () => []
  onSend: (to: string) => void = () => {}
  onFact: (fact: Fact) => void = () => {}
  known: number | undefined

  constructor(driverLimits = defaultDriverLimits) {
    const rig = this
    this.driver = new Driver({
      agent: {
        get deadline() {
          return rig.deadline
        },
        step: (_now, event) => {
          rig.events.push(event)
          return rig.answer(event)
        },
        sequenceOf: () => rig.known,
        hasRoom: () => true,
      },
      market,
      wire: byteWire,
      signer: me,
      verifier: simulatedVerifier,
      clock: new HostClock(this.agenda, 0),
      store: {
        write: (records, { sync }, done) => {
          this.log.push(`write ${records.map(({ key }) => key)}`)
          this.writes.push({ records, sync, done })
        },
      },
      limits: driverLimits,
      onFact: (fact) => {
        this.log.push(`fact ${fact.type}`)
        this.onFact(fact)
      },
      onFailure: (error) => this.failures.push(error),
    })
    this.driver.attach(this.#transport())
  }

  /** Has the agent answer the next command with `effects`. */
  perform(...effects: Effect[]): void {
    this.answer = (event) => (event.type === 'command' ? effects : [])
    this.driver.command({ type: 'stop-buying' })
  }

  saved(error?: Error): void {
    this.writes.shift()!.done(error)
  }

  #transport(): Transport {
    return {
      publish: () => this.log.push('publish'),
      send: (to, bytes) => {
        this.log.push('send')
        this.sent.push({ to, bytes })
        this.onSend(to)
      },
    }
  }
}

const save = (key: string, { sync = true } = {}): Effect => ({ type: 'save', records: [{ key, value: 1 }], sync })
const send: Effect = { type: 'send', to: peer.id, message: bidOf({ sequence: 1 }, me), addresses: [] }
const report: Effect = { type: 'report', fact: { type: 'lapsed', offer: 'o', award: 'a' } }

function bidOf(
  { sequence, seller = me.id, ...other }: { sequence: number; seller?: string; market?: string },
  signer = peer,
) {
  const [quantity, price] = [megabytes(5), ticks(9)]
  const body = {
    type: 'bid',
    market: other.market ?? market,
    offer: offerIdOf(seller, 1),
    buyer: signer.id,
    sequence,
    quantity,
    price,
  } as const
  return seal(signer, body)
}

function offerOf(change: Partial<Offer> = {}): Sealed<Offer> {
  return seal(peer, {
    type: 'offer',
    market,
    offer: offerIdOf(peer.id, 1),
    sequence: 1,
    status: 'open',
    stock: megabytes(10),
    reserve: ticks(2),
    floor: ticks(1),
    policy: 'tracking',
    ladder: [{ price: ticks(2), quantity: megabytes(10) }],
    issuedAt: millis(0),
    expiresAt: millis(1_000),
    closesAt: millis(5_000),
    addresses: [],
    ...change,
  })
}

const refusalIn = (bytes: Uint8Array): DirectMessage => {
  const decoded = decode(bytes, limits.directBytesMax)
  if (!decoded.ok) throw new Error(decoded.code)
  return decoded.sealed.body as DirectMessage
}

describe('effects', () => {
  it('are carried out in order, none after a save before that is in place', () => {
    const rig = new Rig()
    rig.perform(report, save('a'), send, report)
    expect(rig.log).toEqual(['fact lapsed', 'write a'])
    rig.saved()
    expect(rig.log).toEqual(['fact lapsed', 'write a', 'send', 'fact lapsed'])
  })

  it('that save share one write as far as they wait, synced if one of them is, and none is written twice', () => {
    const rig = new Rig()
    rig.perform(save('a'), send)
    rig.perform(send, save('b', { sync: false }), report)
    rig.perform(save('c'), send)
    expect(rig.log).toEqual(['write a'])
    rig.saved()
    expect(rig.log).toEqual(['write a', 'send', 'send', 'write b,c'])
    expect(rig.writes.at(-1)?.sync).toBe(true)
    rig.saved()
    expect(rig.log).toEqual(['write a', 'send', 'send', 'write b,c', 'fact lapsed', 'send'])
    rig.perform(save('d', { sync: false }))
    expect(rig.writes.at(-1)?.sync).toBe(false)
    rig.saved()
    expect(rig.driver.backlog).toBe(0)
  })

  it('of a later step wait for the saves of an earlier one', () => {
    const rig = new Rig()
    rig.perform(save('a'), send)
    rig.perform(report)
    expect(rig.log).toEqual(['write a'])
    rig.saved()
    expect(rig.log).toEqual(['write a', 'send', 'fact lapsed'])
  })

  it('are carried out once although one leads straight to another step', () => {
    const rig = new Rig()
    rig.onSend = (to) => rig.driver.undelivered(to)
    rig.onFact = () => rig.driver.undelivered(peer.id)
    rig.answer = (event) => (event.type === 'command' ? [send, report, save('a')] : [])
    rig.driver.command({ type: 'stop-buying' })
    expect(rig.log).toEqual(['send', 'fact lapsed', 'write a'])
    expect(rig.events.map(({ type }) => type)).toEqual(['command', 'undelivered', 'undelivered'])
  })

  it('are carried out once although a listener throws', () => {
    const rig = new Rig()
    rig.onFact = () => {
      throw new Error('listener')
    }
    expect(() => rig.perform(send, report, send)).toThrow('listener')
    rig.onFact = () => {}
    rig.perform(save('a'))
    expect(rig.log).toEqual(['send', 'fact lapsed', 'send', 'write a'])
  })

  it('stop for good when the store fails, and nothing unsaved leaves', () => {
    const rig = new Rig()
    rig.deadline = millis(10)
    rig.perform(save('a'), send)
    rig.saved(new Error('disk full'))
    rig.perform(send, report)
    while (rig.agenda.advance());
    expect(rig.log).toEqual(['write a'])
    expect(rig.events).toHaveLength(1)
    expect(rig.failures.map(({ message }) => message)).toEqual(['disk full'])
  })

  it('end with a stop, a save under way included', () => {
    const rig = new Rig()
    rig.perform(save('a'), send)
    rig.driver.stop()
    rig.saved()
    rig.perform(send)
    expect(rig.log).toEqual(['write a'])
  })
})

describe('whenIdle', () => {
  it('waits for the last effect, and only for it', () => {
    const rig = new Rig()
    const told: string[] = []
    rig.driver.whenIdle(() => told.push('at once'))
    rig.perform(save('a'), send)
    rig.driver.whenIdle(() => told.push(`after ${rig.log.at(-1)}`))
    expect(told).toEqual(['at once'])
    rig.saved()
    expect(told).toEqual(['at once', 'after send'])
  })

  it('calls nobody between two effects of one step', () => {
    const rig = new Rig()
    const told: string[] = []
    rig.onFact = () => rig.driver.whenIdle(() => told.push(String(rig.log.at(-1))))
    rig.perform(report, send)
    expect(told).toEqual(['send'])
  })

  it.each(['failure', 'stop'])('does not wait for ever after a %s', (end) => {
    const rig = new Rig()
    const told: string[] = []
    rig.perform(save('a'), send)
    rig.driver.whenIdle(() => told.push('before'))
    if (end === 'stop') rig.driver.stop()
    else rig.saved(new Error('disk full'))
    rig.driver.whenIdle(() => told.push('after'))
    expect(told).toEqual(['before', 'after'])
  })
})

describe('the deadline', () => {
  it('wakes the agent once, and is forgotten when the agent takes it back', () => {
    const rig = new Rig()
    rig.deadline = millis(10)
    rig.perform()
    rig.answer = () => {
      rig.deadline = undefined
      return []
    }
    while (rig.agenda.advance());
    expect(rig.events.map(({ type }) => type)).toEqual(['command', 'wake'])
    rig.deadline = millis(20)
    rig.perform()
    rig.deadline = undefined
    rig.perform()
    while (rig.agenda.advance());
    expect(rig.events.filter(({ type }) => type === 'wake')).toHaveLength(1)
  })
})

describe('messages', () => {
  it('that are gossiped get the verdict of admission, and news reaches the agent', () => {
    const rig = new Rig()
    const offer = offerOf()
    expect(rig.driver.gossip(peer.id, encode(offer))).toBe('accept')
    expect(rig.driver.gossip(peer.id, encode({ ...offer, signature: new Uint8Array(64) }))).toBe('reject')
    expect(rig.driver.gossip(peer.id, encode(offerOf({ market: 'other' })))).toBe('reject')
    rig.known = 1
    expect(rig.driver.gossip(peer.id, encode(offer))).toBe('ignore')
    expect(rig.driver.gossip(peer.id, new Uint8Array([1, 2, 3]))).toBe('reject')
    expect(rig.events.map(({ type }) => type)).toEqual(['gossip'])
  })

  it('that are refused are answered with the code, where their author waits for an answer', () => {
    const rig = new Rig()
    rig.driver.direct(peer.id, encode(bidOf({ sequence: 7, market: 'elsewhere' })))
    rig.driver.direct(peer.id, encode(bidOf({ sequence: 8, seller: peer.id })))
    rig.driver.direct(peer.id, new Uint8Array([1, 2, 3]))
    expect(rig.events).toEqual([])
    expect(rig.sent.map(({ to, bytes }) => ({ to, body: refusalIn(bytes) }))).toEqual([
      {
        to: peer.id,
        body: {
          type: 'refused',
          market: 'elsewhere',
          offer: offerIdOf(me.id, 1),
          to: peer.id,
          code: 'wrong-market',
          bidSequence: 7,
          award: '',
        },
      },
    ])
  })

  it('beyond the allowance are dropped without an answer', () => {
    const rig = new Rig({ ...defaultDriverLimits, direct: { perSecond: 1, burst: 3, peersMax: 10 } })
    const stray = encode(bidOf({ sequence: 7, market: 'elsewhere' }))
    for (let n = 0; n < 100; n += 1) rig.driver.direct(peer.id, stray)
    expect(rig.sent).toHaveLength(3)
  })

  it('are dropped while too much waits for the store', () => {
    const rig = new Rig({ ...defaultDriverLimits, backlogMax: 3 })
    rig.answer = () => [save('a'), send]
    for (let sequence = 1; sequence <= 5; sequence += 1) rig.driver.direct(peer.id, encode(bidOf({ sequence })))
    expect(rig.driver.gossip(peer.id, encode(offerOf()))).toBe('ignore')
    expect(rig.events).toHaveLength(2)
    rig.answer = () => []
    rig.saved()
    rig.saved()
    expect(rig.driver.gossip(peer.id, encode(offerOf()))).toBe('accept')
  })

  it('of all kinds are dropped after the end', () => {
    const rig = new Rig()
    rig.driver.stop()
    rig.driver.direct(peer.id, encode(bidOf({ sequence: 1 })))
    expect(rig.driver.gossip(peer.id, encode(offerOf()))).toBe('ignore')
    expect(rig.events).toEqual([])
  })
})
