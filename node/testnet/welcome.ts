/** The steps of joining that need peers: waits for them, tells what they say, and why it is no use where it is none. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { AgreedOffset } from '../../src/protocol/clock-offset.js'
import { protocolVersion } from '../../src/protocol/hello.js'
import { NodeStartError } from '../errors.js'
import { clockText, counted, seconds } from '../format.js'
import type { Acquaintance, DialOutcome, MembershipStatus } from '../libp2p/membership.js'
import type { MarketNode, NodeStatus } from '../market-node.js'
import { type Arrival, arrivalIn, syncingIn, toleranceMs } from './arrival.js'
import { type Bundle, shortId } from './bundle.js'
import { accepts } from './probe.js'
import type { StepOutput } from './steps.js'

export interface WelcomeOptions {
  readonly steps: StepOutput
  readonly bundle: Bundle
  readonly waitMs: number
  /** Go on even if the clock is off by more than others put up with. */
  readonly anyClock: boolean
}

const pollMs = 25
/** A clock this far off still works, and is worth a word: something is wrong with how it is kept. */
const noteworthyMs = 5_000
/** How long a relay may take to be found before it is said that there is none. */
const reachMsMax = 10_000

/** @throws NodeStartError when there is no joining. */
export async function welcome(node: MarketNode, options: WelcomeOptions): Promise<void> {
  const { steps, bundle, anyClock } = options
  const arrival = await arrivalOf(node, options)
  switch (arrival.type) {
    case 'joined':
      showMembers(steps, bundle, arrival.members)
      showClock(steps, arrival.clock)
      break
    case 'clock-off':
      showMembers(steps, bundle, arrival.members)
      refuseClock(steps, arrival.clock, anyClock)
      break
    case 'other-network':
      throw otherNetwork(steps, bundle, arrival)
    case 'other-version':
      throw otherVersion(steps, arrival)
    case 'strangers':
      throw strangers(steps, arrival)
    default:
      throw await alone(steps, bundle, membershipOf(node))
  }
  await showOffers(steps, node)
  void showReach(steps, node)
  steps.show({
    step: 'joined',
    outcome: 'ok',
    text: `in ${seconds(performance.now())}`,
    data: { ms: Math.round(performance.now()) },
  })
}

async function arrivalOf(node: MarketNode, { waitMs }: WelcomeOptions): Promise<Arrival> {
  const start = performance.now()
  let first: number | undefined
  for (;;) {
    const now = performance.now()
    const status = membershipOf(node)
    if (status.clock !== undefined) first ??= now
    const times = { elapsedMs: now - start, sinceFirstMs: first && now - first, waitMs }
    const arrival = arrivalIn(status, times, node.status().peers)
    if (arrival.type !== 'under-way') return arrival
    await sleep(pollMs)
  }
}

/** Before anything is traded: what a node does not know it cannot weigh, nor what it said itself in another life. */
async function showOffers(steps: StepOutput, node: MarketNode): Promise<void> {
  const start = performance.now()
  let syncing = syncingIn(node.status().sync, 0)
  while (syncing === 'under-way') {
    await sleep(pollMs)
    syncing = syncingIn(node.status().sync, performance.now() - start)
  }
  const { offersKnown, sync } = node.status()
  const known = counted(offersKnown, 'offer')
  const withPeers = `in sync with ${counted(sync.told, 'peer')}`
  const text = {
    complete: `${known}, ${withPeers}`,
    partial: `${known} so far, ${withPeers}; others are slow, and are asked again`,
    none: `${known} so far; no peer told what it knows yet, they are asked again`,
  }[syncing]
  const outcome = syncing === 'complete' ? 'ok' : 'note'
  steps.show({ step: 'offers', outcome, text, data: { offersKnown, sync: syncing, peersInSync: sync.told } })
}

const membershipOf = (node: MarketNode): MembershipStatus => node.status().network!

const ways: Readonly<Record<Acquaintance['via'], string>> = {
  bootstrap: 'bootstrap',
  remembered: 'remembered',
  exchanged: 'told of by others',
  found: 'found nearby or by look-up',
  offer: 'named in offers',
  inbound: 'came to us',
}

function showMembers(steps: StepOutput, bundle: Bundle, members: readonly Acquaintance[]): void {
  const counts = new Map<string, number>()
  for (const { via } of members) counts.set(ways[via], (counts.get(ways[via]) ?? 0) + 1)
  const how = [...counts].map(([way, count]) => `${count} ${way}`).join(', ')
  const data = { peers: members.map(({ peer, via }) => ({ peer, via })) }
  steps.show({ step: 'peers', outcome: 'ok', text: `${counted(members.length, 'peer')} reached: ${how}`, data })
  const text = `${members.length === 1 ? 'it says' : 'they all say'} ${shortId(bundle.id)}, protocol ${protocolVersion}`
  steps.show({ step: 'network', outcome: 'ok', text, data: { network: bundle.id } })
}

const clockData = ({ offsetMs, uncertaintyMs, peers }: AgreedOffset) => ({ offsetMs, uncertaintyMs, clocks: peers })

function showClock(steps: StepOutput, clock: AgreedOffset): void {
  const isNoteworthy = Math.abs(clock.offsetMs) > noteworthyMs
  steps.show({
    step: 'clock',
    outcome: isNoteworthy ? 'note' : 'ok',
    text: clockText(clock),
    ...(isNoteworthy && {
      more: [`more than ${seconds(toleranceMs)} would shut this node out: let the system keep its clock`],
    }),
    data: clockData(clock),
  })
}

function refuseClock(steps: StepOutput, clock: AgreedOffset, anyClock: boolean): void {
  const text = clockText(clock)
  steps.show({ step: 'clock', outcome: anyClock ? 'note' : 'failed', text, data: clockData(clock) })
  if (anyClock) return
  throw new NodeStartError(
    `this machine's clock is off by more than the ${seconds(toleranceMs)} that others put up with: offers would be ignored`,
    {
      advice: `let the system keep the time (timedatectl set-ntp true, or your settings), then join again; --any-clock goes on regardless${clock.peers === 1 ? '; with one peer asked, it may be that peer that is wrong' : ''}`,
    },
  )
}

function otherNetwork(
  steps: StepOutput,
  bundle: Bundle,
  { networks, peers }: Extract<Arrival, { type: 'other-network' }>,
) {
  const theirs = networks.map((id) => (id === '' ? 'none in particular' : shortId(id))).join(', ')
  const text = `${counted(peers, 'peer')} reached: network ${theirs}, not ${shortId(bundle.id)}`
  steps.show({ step: 'network', outcome: 'failed', text, data: { networks: [...networks] } })
  return new NodeStartError('the peers at these addresses belong to another network', {
    advice: 'ask whoever runs it for the present bundle: its rules changed, or these addresses serve another market',
  })
}

function otherVersion(steps: StepOutput, { versions, peers }: Extract<Arrival, { type: 'other-version' }>) {
  const newest = Math.max(...versions)
  const text = `${counted(peers, 'peer')} reached: protocol ${versions.join(', ')}, this overage speaks ${protocolVersion}`
  steps.show({ step: 'version', outcome: 'failed', text, data: { versions: [...versions] } })
  return new NodeStartError('the peers of this network speak another version of the protocol', {
    advice: newest > protocolVersion ? 'update overage' : 'they have to update overage, or you join with an older one',
  })
}

function strangers(steps: StepOutput, { peers }: Extract<Arrival, { type: 'strangers' }>) {
  steps.show({
    step: 'network',
    outcome: 'failed',
    text: `${counted(peers, 'peer')} reached: none speaks the market's protocol`,
  })
  return new NodeStartError('what answers at these addresses are libp2p peers, but no overage nodes', {
    advice: 'check the addresses in the bundle, or ask for a newer one',
  })
}

async function alone(steps: StepOutput, bundle: Bundle, { dials }: MembershipStatus): Promise<NodeStartError> {
  const tried = await Promise.all(dials.map((dial) => lineOf(dial)))
  const lines = tried.map(({ address, problem }) => `${address}: ${problem}`)
  const text = bundle.bootstrap.length === 0 ? 'nobody: the bundle names no bootstrap peer' : 'no peer answered'
  steps.show({ step: 'peers', outcome: 'failed', text, more: lines, data: { tried } })
  if (tried.some(({ key }) => key))
    return new NodeStartError(
      `no peer of network ${shortId(bundle.id)} could be talked to: its pre-shared key is ${bundle.key === undefined ? 'missing' : 'wrong'}, by all appearances`,
      {
        advice: `ask whoever runs it for the bundle ${bundle.key === undefined ? 'with' : 'with the present'} key`,
      },
    )
  return new NodeStartError(`no peer of network ${shortId(bundle.id)} answered`, {
    advice:
      bundle.bootstrap.length === 0
        ? 'run one: overage testnet bootstrap --bundle FILE --write; or name a peer with --bootstrap'
        : 'check that one of these runs and that a firewall lets it through; --bootstrap names another peer, --wait 60s looks for longer',
  })
}

/** Why an address did not work; whatever takes connections there and does not talk knows another key, or wants one. */
async function lineOf({ address, failure }: DialOutcome): Promise<{ address: string; problem: string; key: boolean }> {
  if (failure === undefined) return { address, problem: 'reached, and lost again', key: false }
  const key = failure.type === 'no-common-language' || (failure.type === 'no-answer' && (await accepts(address)))
  const problem = key ? 'takes connections, but does not talk to us: another pre-shared key, or none' : failure.text
  return { address, problem, key }
}

/** Later than the rest: it takes others to find out, and nobody has to wait for it to bid. */
async function showReach(steps: StepOutput, node: MarketNode): Promise<void> {
  const end = performance.now() + reachMsMax
  let { reach } = node.status()
  while (reach !== 'public' && reach !== 'relay' && performance.now() < end) {
    await sleep(10 * pollMs, undefined, { ref: false })
    reach = node.status().reach
  }
  const addresses = [...node.addresses()]
  steps.show({ step: 'reachable', ...reachSteps[reach ?? 'none'], data: { reach: reach ?? 'none', addresses } })
}

const reachSteps: Readonly<
  Record<NonNullable<NodeStatus['reach']> | 'none', { outcome: 'ok' | 'note'; text: string }>
> = {
  public: { outcome: 'ok', text: 'from everywhere' },
  relay: { outcome: 'ok', text: 'through a relay, from wherever that can be dialled' },
  private: {
    outcome: 'note',
    text: 'from this local network only: buyers elsewhere bid only while they are connected; no relay was found',
  },
  loopback: { outcome: 'note', text: 'from this machine only' },
  none: { outcome: 'note', text: 'not: it dials others, who bid only while they are connected; no relay was found' },
}
