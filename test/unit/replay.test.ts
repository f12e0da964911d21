/** One short trace of a simulated seller and one of a buyer, changed in one place at a time. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { ParticipantOptions } from '../../src/agent/participant.js'
import { lanRules } from '../../src/agent/rules.js'
import { sealedFromJson, sealedToJson } from '../../src/protocol/json.js'
import { recorded } from '../../src/runtime/recording.js'
import type { TraceLine } from '../../src/runtime/trace-line.js'
import { simulatedSigner, simulatedVerifier } from '../../src/sim/signer.js'
import { millis } from '../../src/units.js'
import { calmNetwork, Trial } from '../scenario/market.js'
import { replayed, Traces } from '../scenario/traces.js'

const traces = new Traces()
let buyer: readonly string[] = []
let seller: readonly string[] = []

beforeAll(() => {
  const network = { ...calmNetwork, latencyMsMin: millis(2), latencyMsMax: millis(12) }
  const trial = new Trial({ seed: 'tampering', buyers: 3, sellers: 1, rules: lanRules, network, onTrace: traces.take })
  trial.run()
  buyer = traces.of('buyer-1')
  seller = traces.of('seller-1')
})

interface Step {
  now: number
  event: { type: string; message: Record<string, string>; from: string }
  draws: { bound: number; drawn: number }[]
  effects: {
    type: string
    message: Record<string, string>
    fact: Record<string, unknown>
    records: { key: string; value: unknown }[]
  }[]
}

/** Changes the first step that `change` finds fit, and says in which line that is. */
function tampered(lines: readonly string[], change: (step: Step) => boolean) {
  for (let index = 1; index < lines.length; index++) {
    const step = JSON.parse(lines[index]!) as Step
    if (!change(step)) continue
    const result = [...lines]
    result[index] = JSON.stringify(step)
    return { line: index + 1, outcome: replayed(result) }
  }
  throw new Error('no step to change')
}

function expectDifference(lines: readonly string[], change: (step: Step) => boolean, found: object): void {
  const { line, outcome } = tampered(lines, change)
  expect(outcome).toMatchObject({ type: 'different', difference: { line, run: 1, step: line - 1, found } })
}

/** The same message but for one byte of its signature. */
function resigned(message: Record<string, string>, kind: string): Record<string, string> {
  const sealed = sealedFromJson(message[kind]!)!
  const signature = sealed.signature.map((byte, index) => (index === 7 ? byte ^ 1 : byte))
  return { [kind]: sealedToJson({ ...sealed, signature }) as string }
}

const sendOf = (step: Step, kind: string) => step.effects.find(({ message }) => message?.[kind] !== undefined)

describe('a replay', () => {
  it('is identical where nothing was changed', () => {
    for (const lines of [buyer, seller]) {
      expect(replayed(lines)).toMatchObject({
        type: 'identical',
        counts: { runs: 1, steps: lines.length - 1 },
      })
    }
  })

  it('finds a fact that was changed, with its path', () => {
    const change = (step: Step) => {
      const fact = step.effects.find((effect) => effect.fact?.['type'] === 'bid-sent')?.fact
      if (fact === undefined) return false
      fact['price'] = (fact['price'] as number) + 1
      return true
    }
    expectDifference(buyer, change, { type: 'effect', path: 'fact.price' })
  })

  it('finds a record that was changed', () => {
    const change = (step: Step) => {
      const record = step.effects.find(({ type }) => type === 'save')?.records[0]
      if (record === undefined) return false
      record.value = 'something else'
      return true
    }
    expectDifference(seller, change, { type: 'effect', path: 'records[0].value' })
  })

  it('finds a message that was changed, by the field of its body', () => {
    const [one, other] = seller.slice(1).flatMap((line) => {
      const quote = sendOf(JSON.parse(line) as Step, 'quote')
      return quote === undefined ? [] : [quote.message]
    })
    const change = (step: Step) => {
      const sent = sendOf(step, 'quote')
      if (sent === undefined || sent.message['quote'] !== one!['quote']) return false
      sent.message = other!
      return true
    }
    expectDifference(seller, change, { type: 'effect', path: expect.stringMatching(/^message\.body\.\w/) })
  })

  it('finds an effect that is missing, and one too many', () => {
    expectDifference(seller, (step) => step.effects.pop() !== undefined, {
      type: 'effect',
      path: '',
      expected: undefined,
    })
    expectDifference(seller, ({ effects }) => effects.length > 0 && effects.push(effects[0]!) > 0, {
      type: 'effect',
      path: '',
      actual: undefined,
    })
  })

  it('finds a signature that its signer never made, sent or received', () => {
    expectDifference(
      seller,
      (step) => {
        const sent = sendOf(step, 'offer')
        if (sent === undefined) return false
        sent.message = resigned(sent.message, 'offer')
        return true
      },
      { type: 'bad-signature', path: expect.stringMatching(/^effects\[\d+\]\.message$/) },
    )
    expectDifference(
      buyer,
      (step) => {
        if (step.event.message?.['offer'] === undefined) return false
        step.event.message = resigned(step.event.message, 'offer')
        return true
      },
      { type: 'bad-signature', path: 'event.message' },
    )
  })

  it('finds an event that was left out of what its node knew', () => {
    const heard = buyer.findIndex((line) => (JSON.parse(line) as Step).event?.type === 'gossip')
    const outcome = replayed(buyer.filter((_, index) => index !== heard))
    expect(outcome.type).toBe('different')
  })

  it('finds an event that became another one', () => {
    expectDifference(
      buyer,
      (step) => {
        if (step.event.type !== 'gossip' || step.effects.length === 0) return false
        Object.assign(step, { event: { type: 'wake' } })
        return true
      },
      { type: 'effect', index: 0, actual: undefined },
    )
  })

  it('finds a draw with another bound, one too many, and one too few', () => {
    const withDraw = (change: (draws: Step['draws']) => void) => (step: Step) => {
      if (step.draws.length === 0) return false
      change(step.draws)
      return true
    }
    expectDifference(
      buyer,
      withDraw((draws) => {
        draws[0]!.bound += 1
      }),
      { type: 'draw', index: 0, bound: lanRules.reactMsMax + 1 },
    )
    expectDifference(
      buyer,
      withDraw((draws) => draws.push({ bound: 2, drawn: 1 })),
      { type: 'draw', index: 1, recorded: { bound: 2, drawn: 1 }, bound: undefined },
    )
    expectDifference(
      buyer,
      withDraw((draws) => draws.pop()),
      { type: 'draw', index: 0, recorded: undefined },
    )
  })

  it('says where a trace cannot be read, and why', () => {
    const at = (index: number, text: string) => replayed(buyer.map((line, other) => (other === index ? text : line)))
    expect(replayed([])).toEqual({ type: 'unreadable', line: 1, reason: 'the trace is empty' })
    expect(replayed(buyer.slice(1))).toEqual({ type: 'unreadable', line: 1, reason: 'a step comes before any run' })
    expect(at(3, 'gibberish')).toEqual({ type: 'unreadable', line: 4, reason: 'the line is not JSON' })
    expect(at(5, buyer[1]!)).toMatchObject({
      type: 'unreadable',
      line: 6,
      reason: expect.stringContaining('time goes'),
    })
    expect(replayed([...buyer, ...seller])).toMatchObject({ type: 'unreadable', line: buyer.length + 1 })
  })

  it('reports a node that fails, instead of failing itself', () => {
    const run = JSON.parse(seller[0]!) as object
    const damaged = JSON.stringify({ ...run, restored: [{ key: 'sale/x', value: { receipt: 'no receipt' } }] })
    expect(replayed([damaged, ...seller.slice(1)])).toMatchObject({
      type: 'different',
      difference: { line: 2, found: { type: 'thrown', message: expect.stringContaining('"sale/x"') } },
    })
  })
})

describe('a recording', () => {
  it('is not made of messages that have no bytes', () => {
    const { id, sign } = simulatedSigner('open')
    const options: ParticipantOptions = {
      signer: { id, sign, open: true },
      verifier: simulatedVerifier,
      market: 'trial',
      rules: lanRules,
      random: { below: () => 0 },
      addresses: [],
      restored: [],
    }
    const lines: TraceLine[] = []
    const record = () => recorded(options, { name: 'open', signatures: 'simulated', sink: (line) => lines.push(line) })
    expect(record).toThrow('only messages that pass as bytes can be recorded')
    expect(lines).toEqual([])
  })
})
