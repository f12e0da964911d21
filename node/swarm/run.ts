/** `overage swarm` from its request to its exit code. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import pc from 'picocolors'
import type { SwarmPage } from '../dashboard/serve-swarm.js'
import { exitCodes } from '../errors.js'
import { counted, seconds } from '../format.js'
import { Interruption } from '../interruption.js'
import { printNodes, printReport } from '../report-swarm.js'
import { ed25519Verifier } from '../signer-ed25519.js'
import type { Control } from './control.js'
import { Orders } from './orders.js'
import { isSound, reportOf, type SwarmReport } from './outcome.js'
import { LiveProgress } from './progress.js'
import type { SwarmRequest } from './request.js'
import { Swarm, type SwarmObserver } from './swarm.js'

const unobserved: SwarmObserver = { phase() {}, progress() {}, fact() {} }

/** Sets the exit code. @throws NodeStartError when a node does not start; nothing runs any more by then. */
export async function runSwarm(request: SwarmRequest): Promise<void> {
  const progress = request.quiet ? undefined : progressFor(request)
  const orders = new Orders()
  let control: Control | undefined
  let page: SwarmPage | undefined
  const serve = async (): Promise<Control> => {
    // Loaded only by a swarm that takes orders.
    const { serveControl } = await import('./control.js')
    const { folder, dashboard, market } = request
    const onPage = async (app: FastifyInstance): Promise<void> => {
      const { addSwarmPage } = await import('../dashboard/serve-swarm.js')
      page = await addSwarmPage(app, { market, swarm })
    }
    control = await serveControl(orders.to(swarm, request), {
      folder,
      ...(dashboard && { address: dashboard, onPage }),
    })
    if (page !== undefined) {
      progress?.end()
      process.stdout.write(`page  ${control.page}\n`)
    }
    return control
  }
  const watching = progress ?? unobserved
  const observer: SwarmObserver = {
    phase: (phase) => watching.phase(phase),
    progress: (state) => watching.progress(state),
    fact: (name, fact) => {
      watching.fact(name, fact)
      page?.fact(name, fact)
    },
    joined: ({ desk, node }) => page?.joined(node.name, desk.folder),
  }
  const swarm: Swarm = new Swarm({ ...request, ...(request.api && { serve }) }, observer)
  const interruption = new Interruption(swarm)
  try {
    const watched = () => (page && control ? { address: control.url, audience: page.audience } : undefined)
    const report = await hold(request, { swarm, progress, interruption, orders, watched })
    orders.done(report)
    process.exitCode = report !== undefined && isSound(report) ? exitCodes.done : exitCodes.failed
  } catch (error) {
    if (!interruption.happened) throw error
  } finally {
    await swarm.stop().catch(() => swarm.kill())
    orders.done(undefined)
    page?.end()
    await control?.close()
    progress?.end()
    interruption.end()
    if (interruption.happened) process.exitCode = exitCodes.interrupted
  }
}

interface Attendants {
  readonly swarm: Swarm
  readonly progress: LiveProgress | undefined
  readonly interruption: Interruption
  readonly orders: Orders
  /** Its page and who looks at that, once it is served. */
  readonly watched: () => Watched | undefined
}

interface Watched {
  readonly address: string
  readonly audience: SwarmPage['audience']
}

/** Holds the market and reports on it; undefined when interrupted before there was anything to report. */
async function hold(request: SwarmRequest, attendants: Attendants): Promise<SwarmReport | undefined> {
  const { swarm, progress, interruption, orders } = attendants
  const say = (text: string): void => {
    progress?.end()
    if (!request.quiet) process.stdout.write(text)
  }
  const started = performance.now()
  await swarm.launch()
  if (interruption.happened) return undefined
  const startMs = performance.now() - started
  say(`${opening(request, swarm, startMs)}\n${printNodes(swarm.members)}\n\n`)
  const opened = performance.now()
  const rest = await swarm.trade()
  const tradeMs = performance.now() - opened
  if (interruption.happened) return undefined
  const watched = attendants.watched()
  const stay = rest === 'stopped' ? undefined : stayFor(request, watched)
  if (stay === undefined) await swarm.stop()
  const report = await reportOn(request, swarm, { rest, startMs, tradeMs })
  progress?.end()
  if (request.quiet) complain(report)
  else say(printReport(report))
  await write(report, request.json)
  if (stay === undefined) {
    if (rest !== 'stopped' && watched?.audience.wasThere === false) say(`\n${pc.dim(howToLook)}\n`)
    return report
  }
  say(`\n${stay.why}\n`)
  await Promise.race([interruption.signalled, orders.stopping, stay.over])
  if (interruption.happened) return report
  // What was traded since counts too. Whoever looks on changes nothing of how it ended.
  await swarm.stop()
  return reportOn(request, swarm, {
    rest: request.keep ? 'stopped' : rest,
    startMs,
    tradeMs: performance.now() - opened,
  })
}

interface Stay {
  readonly why: string
  readonly over: Promise<void>
}

/** Why the nodes run on when the market has ended, and until when; undefined: they do not. */
function stayFor({ keep }: SwarmRequest, watched: Watched | undefined): Stay | undefined {
  if (keep)
    return { why: 'The nodes keep running. Ctrl-C stops them, or overage swarm stop.', over: new Promise(() => {}) }
  if (watched?.audience.isThere !== true) return undefined
  const why = `The market has ended; a page is still open at ${watched.address}: Ctrl-C or close it to end.`
  return { why, over: watched.audience.gone() }
}

/** By whom it was run decides what has to be typed. */
const howToLook =
  process.env['npm_lifecycle_event'] === 'start'
    ? 'Nobody opened its page. npm start -- --keep leaves the nodes running, to look around there.'
    : 'Nobody opened its page. --keep leaves the nodes running, to look around there.'

function progressFor({ market }: SwarmRequest): LiveProgress {
  const selling = market.people.flatMap(({ sells }) => (sells === undefined ? [] : [sells]))
  return new LiveProgress({
    people: market.people.length,
    sellers: selling.length,
    stock: selling.reduce((sum, { stock }) => sum + stock, 0),
    output: process.stderr,
  })
}

function opening({ seed, folder }: SwarmRequest, swarm: Swarm, startMs: number): string {
  const sizes = [...swarm.statuses.values()].map(({ meshPeers }) => meshPeers)
  const mesh = sizes.length === 0 ? 'no mesh' : `mesh ${Math.min(...sizes)}–${Math.max(...sizes)} peers`
  const nodes = counted(swarm.members.length, 'node')
  const info = join(folder, 'swarm.json')
  return `${pc.green('✔')} ${nodes} in ${seconds(startMs)}   ${mesh}   seed "${seed}"   ${pc.dim(info)}`
}

async function reportOn(
  { market, seed, isolate }: SwarmRequest,
  swarm: Swarm,
  course: Pick<SwarmReport, 'rest' | 'startMs' | 'tradeMs'>,
): Promise<SwarmReport> {
  const ledgers = (await swarm.ledgers()).map(({ member: { desk, node }, contents }) => ({
    person: desk.person,
    peerId: node.peerId,
    contents,
    status: swarm.statuses.get(node.name),
  }))
  const { deaths } = swarm
  return reportOf({ ...course, market, seed, isolate, ledgers, deaths, verifier: ed25519Verifier })
}

/** What is said even when nothing should be. */
function complain({ violations, nodes, rest }: SwarmReport): void {
  for (const { law, who, detail } of violations) process.stderr.write(`broken law: ${law}: ${who}, ${detail}\n`)
  for (const { name, death, killed } of nodes)
    if (death !== null && !killed) process.stderr.write(`${name} died: ${death}\n`)
  if (rest !== 'at rest' && rest !== 'stopped') process.stderr.write(`the market did not come to rest: ${rest}\n`)
}

async function write(report: SwarmReport, file: string | undefined): Promise<void> {
  const text = `${JSON.stringify(report, undefined, 2)}\n`
  if (file === '-') process.stdout.write(text)
  else if (file !== undefined) await writeFile(file, text)
}
