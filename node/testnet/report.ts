/** What the testnet commands print for a person. */
import pc from 'picocolors'
import { agreedRules } from '../../src/agent/agreement.js'
import type { Rules } from '../../src/agent/rules.js'
import { counted, money, seconds } from '../format.js'
import { tableOf } from '../table.js'
import { type Bundle, shortId } from './bundle.js'

export function describeInit(file: string, bundle: Bundle): string {
  const { agreement, key, bootstrap } = bundle
  const { market, currency, shards } = agreement
  const kind = key === undefined ? 'open to whoever has this file' : 'private: the file holds its key'
  return `${pc.green('✔')} ${file}   network ${shortId(bundle.id)}   market ${market}, ${currency}, ${counted(shards, 'shard')}, ${kind}

Next
${bootstrap.length === 0 ? firstPeer(file) : ''}  hand ${file} to everybody who should join${key === undefined ? '' : ', privately: whoever has it can'}
  $ overage join ${file} --name ann --sell 5GB --floor 8
  $ overage join ${file} --name ben --buy 12GB --sigma 40 --alpha 0.5 --budget 200
`
}

const firstPeer = (
  file: string,
): string => `  run a peer that the others find first, on a machine that they can dial; it writes its address into the file
  $ overage testnet bootstrap --bundle ${file} --listen /ip4/0.0.0.0/tcp/4001 --write
`

/** The reasons for the agreed rules, for people; units and more stand at `Rules`. */
const meanings: Readonly<Record<(typeof agreedRules)[number], string>> = {
  acceptMsMax: 'how long an award waits for its answer',
  calmRounds: 'rounds without a change before a seller commits',
  epsilon: 'the fee of each completed purchase, and the least gain worth a bid',
  gossipMsMin: 'least time between two gossips of one offer',
  offerMsMax: 'how long an offer lives unless it is gossiped again',
  participantsMax: 'bidders in one auction',
  refreshMs: 'after how long an unchanged offer is gossiped again',
  reserveFallPerMille: 'how far a tracking reserve falls in a calm round',
  reserveRisePerMille: 'how far it rises towards its target in a round',
  roundMs: 'length of an auction round',
  roundsMax: 'rounds with changes before a seller commits all the same',
}

export function describeBundle(source: string, bundle: Bundle): string {
  const { id, agreement, rules, heardShards, bootstrap, key } = bundle
  const { protocol, market, currency, shards } = agreement
  const rows: (readonly [string, string, string])[] = [
    ['market', market, 'nothing crosses markets'],
    ['currency', currency, 'what money is counted in; 1 micro is a millionth of it'],
    ['protocol', `${protocol}`, 'data in MB, prices in 0.001 currency per GB'],
    ['shards', `${shards}`, 'parts of the offers; a seller publishes in one of them'],
    ...agreedRules.map((rule) => [rule, ruleText(rule, rules, currency), meanings[rule]] as const),
  ]
  const columns = [{ title: 'agreed on' }, { title: '' }, { title: 'what it is' }]
  return `${source}   network ${id}
${tableOf(columns, rows)}
Changing any of these makes another network; the rest is each node's own.
hears      ${counted(heardShards, 'shard')} of ${shards}
bootstrap  ${bootstrap.length === 0 ? 'nobody yet: overage testnet bootstrap --bundle FILE --write adds one' : bootstrap.join('\n           ')}
access     ${key === undefined ? 'open: whoever has the file can join' : 'private: a pre-shared key, not shown; without it nobody connects'}
`
}

function ruleText(rule: keyof Rules, rules: Rules, currency: string): string {
  const value = rules[rule]
  if (rule === 'epsilon') return `${currency} ${money(value)}`
  if (/Ms(Max|Min)?$/.test(rule)) return value < 1_000 ? `${value} ms` : seconds(value)
  return rule.endsWith('PerMille') ? `${value / 10} %` : `${value}`
}
