import { describe, expect, it } from 'vitest'
import { printReport } from '../../node/report-swarm.js'
import { rulesWith } from '../../node/rules-fields.js'
import { isSound, type Ledger, reportOf } from '../../node/swarm/outcome.js'
import { lanRules } from '../../src/agent/rules.js'
import { simulatedVerifier } from '../../src/sim/signer.js'
import { Trial } from '../scenario/market.js'

const idle = { messages: 0, bytes: 0 }
const traffic = { gossip: { out: idle, in: idle, duplicates: 0 }, direct: { out: idle, in: idle } }

const alone = {
  peers: 0,
  meshPeers: 0,
  backlog: 0,
  traffic,
  sync: { told: 0, underWay: false, last: undefined },
}

/** What the observer would have of a market that ran in virtual time. */
function evidenceOf(trial: Trial, change: (ledger: Ledger) => Ledger = (ledger) => ledger) {
  const people = trial.people.map(({ signer: _, ...person }) => person)
  const ledgers = trial.people.map(({ signer, ...person }) => {
    const status = { ...trial.world.participant(signer.id).status(), ...alone }
    return change({ person, peerId: signer.id, contents: trial.world.disk(signer.id), status })
  })
  const market = { market: 'trial', currency: '$', rules: rulesWith(lanRules, {}), people }
  const course = { rest: 'at rest', deaths: [], startMs: 1_000, tradeMs: 2_000 } as const
  return { ...course, market, seed: 's', isolate: 'none', ledgers, verifier: simulatedVerifier }
}

const trial = new Trial({ seed: 'outcome', buyers: 8, sellers: 4 })
trial.run()

describe('the report on a swarm', () => {
  const report = reportOf(evidenceOf(trial))

  it('agrees with the market about welfare, sales, bids and time', () => {
    expect(report.welfareShare).toBeCloseTo(trial.welfareShare(), 9)
    expect(report.sales).toHaveLength(trial.count('sold'))
    expect(report.bidsPerBuyer * 8).toBeCloseTo(trial.count('bid-sent'))
    expect(report.elapsedMs).toBe(3_000)
  })

  it('accounts for every MB and every micro on both sides', () => {
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
    const sold = sum(report.sales.map(({ quantity }) => quantity))
    const charged = sum(report.sales.map(({ charge }) => charge))
    expect(sum(report.nodes.map(({ sells }) => sells?.sold ?? 0))).toBe(sold)
    expect(sum(report.nodes.map(({ wants }) => wants?.bought ?? 0))).toBe(sold)
    expect(sum(report.nodes.map(({ sells }) => sells?.revenue ?? 0))).toBe(charged)
    expect(sum(report.nodes.map(({ wants }) => wants?.charges ?? 0))).toBe(charged)
  })

  it('is sound when the market came to rest and no law was broken', () => {
    expect(report.violations).toEqual([])
    expect(isSound(report)).toBe(true)
    expect(isSound({ ...report, rest: 'time limit' })).toBe(false)
  })

  it('takes a node that died for a failure, unless it was killed on request', () => {
    const { name } = report.nodes[0]!
    const withDeath = (killed: boolean) =>
      reportOf({ ...evidenceOf(trial), deaths: [{ name, reason: 'it fell over', killed }] })
    expect(isSound(withDeath(false))).toBe(false)
    expect(printReport(withDeath(false))).toContain(`✘ ${name} died: it fell over`)
    expect(isSound(withDeath(true))).toBe(true)
    expect(printReport(withDeath(true))).toContain(`${name} was killed on request`)
  })

  it('finds and prints a receipt that only one side holds', () => {
    const victim = report.sales[0]!.buyer
    const forget = (ledger: Ledger): Ledger =>
      ledger.person.name === victim
        ? { ...ledger, contents: ledger.contents.filter(({ key }) => !key.startsWith('purchase/')) }
        : ledger
    const broken = reportOf(evidenceOf(trial, forget))
    expect(isSound(broken)).toBe(false)
    expect(broken.violations.map(({ law }) => law)).toContain('a sale has a receipt on both sides')
    expect(printReport(broken)).toContain('✘ a sale has a receipt on both sides')
  })

  it('names everybody and says that only the observer knows the optimum', () => {
    const text = printReport(report)
    for (const { name } of report.nodes) expect(text).toContain(name)
    expect(text).toContain('no node knows')
  })
})
