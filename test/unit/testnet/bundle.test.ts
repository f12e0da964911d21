import { describe, expect, it } from 'vitest'
import { bundleAsWritten, bundleIn, bundleOf, bundleText, newKey, testnetRules } from '../../../node/testnet/bundle.js'
import { draftOf, type InitFlags } from '../../../node/testnet/init.js'
import { agreedRules } from '../../../src/agent/agreement.js'

const flags: InitFlags = { currency: 'HK$', shards: '1', rule: [] }
const lab = draftOf('lab', flags)
type Written = { [field: string]: unknown }

/** The file of a network, with one field put to another value; undefined removes it. */
function spoilt(path: string, value: unknown): Written {
  const whole = structuredClone(bundleAsWritten(lab)) as Written
  const [field, ...above] = path.split('.').reverse()
  const place = above.reduceRight((at, step) => at[step] as Written, whole)
  if (value === undefined) delete place[field!]
  else place[field!] = value
  return whole
}

describe('a bundle', () => {
  it('reads back from its file as it was', () => {
    const address = '/ip4/192.0.2.7/tcp/4001/p2p/12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq'
    const whole = draftOf('lab', { ...flags, private: true, shards: '8', heardShards: '3', bootstrap: address })
    expect(bundleIn(JSON.parse(bundleText(whole)), 'file')).toEqual(whole)
    expect(whole).toMatchObject({ heardShards: 3, bootstrap: [address] })
    expect(whole.key).toHaveLength(32)
  })

  it('is another network as soon as anything that is agreed on differs', () => {
    const changes: Partial<InitFlags>[] = [
      { currency: 'EUR' },
      { shards: '2' },
      { epsilon: '0.5' },
      { round: '2s' },
      ...agreedRules.filter((rule) => rule !== 'epsilon').map((rule) => ({ rule: [`${rule}=${lab.rules[rule] - 1}`] })),
    ]
    const ids = [lab, draftOf('lab2', flags), ...changes.map((change) => draftOf('lab', { ...flags, ...change }))]
    expect(new Set(ids.map(({ id }) => id)).size).toBe(2 + changes.length)
  })

  it('is the same network whatever each node does as it likes, whoever is asked first, and whatever the key', () => {
    const draft = { market: 'lab', currency: 'HK$', shards: 1, heardShards: 1, rules: testnetRules, bootstrap: [] }
    const same = bundleOf({
      ...draft,
      rules: { ...testnetRules, viewMax: 9 },
      bootstrap: ['/ip4/192.0.2.7/tcp/1'],
      key: newKey(),
    })
    expect(same.id).toBe(lab.id)
  })

  it('whose agreed part was changed and whose id was not is refused, with the id that would fit', () => {
    const changed = spoilt('agreed.rules.roundMs', 500)
    const { id } = draftOf('lab', { ...flags, round: '500ms' })
    expect(() => bundleIn(changed, 'lab.json')).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('lab.json: its id'),
        advice: expect.stringContaining(id),
      }),
    )
  })

  it.each([
    ['agreed.shards', 'agreed.shards', 65],
    ['agreed.protocol: must be 1', 'agreed.protocol', 2],
    ['agreed.rules.roundMs', 'agreed.rules.roundMs', undefined],
    ['agreed.rules.viewMax', 'agreed.rules.viewMax', 6],
    ['agreed.currency', 'agreed.currency', '\u001b[2J'],
    ['bootstrap[0]', 'bootstrap', ['192.0.2.7:4001']],
    ['bootstrap', 'bootstrap', Array(33).fill('/ip4/192.0.2.7/tcp/1')],
    ['key', 'key', 'abc'],
    ['format', 'format', 'overage-testnet/2'],
    ['note: no such field', 'note', 'hello'],
  ])('is refused by the name of the field at fault: %s', (named, path, value) => {
    expect(() => bundleIn(spoilt(path, value), 'lab.json')).toThrow(`lab.json: ${named}`)
  })
})

describe('what a network is drafted from', () => {
  it.each([
    ['NAME', 'The Lab', {}],
    ['--shards', 'lab', { shards: '65' }],
    ['--heard-shards', 'lab', { heardShards: '2' }],
    ['--rule', 'lab', { rule: ['roundMs'] }],
    ['--rule: roundmillis: no such field', 'lab', { rule: ['roundmillis=1'] }],
    ['--bootstrap[0]', 'lab', { bootstrap: 'example.org' }],
    ['refreshMs: must be less than offerMsMax', 'lab', { rule: ['refreshMs=120000'] }],
  ])('is refused by name: %s', (named, market, change) => {
    expect(() => draftOf(market, { ...flags, ...change })).toThrow(named)
  })
})
