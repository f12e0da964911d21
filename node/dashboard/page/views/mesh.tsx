/** The live mesh: nodes pushed apart, links between them, and a dot for each message that travels. */
import {
  forceCenter,
  forceCollide,
  forceLink,
  forceManyBody,
  forceSimulation,
  type Simulation,
  type SimulationLinkDatum,
  type SimulationNodeDatum,
} from 'd3-force'
import { useEffect, useRef } from 'preact/hooks'
import { linkKey, linksOf } from '../models/mesh.js'
import { Messages, Panel, Who } from '../parts/small.js'
import { linkTo, state, useMarket } from '../state.js'

interface Dot extends SimulationNodeDatum {
  readonly id: string
}
interface Edge extends SimulationLinkDatum<Dot> {
  readonly key: string
  readonly inMesh: boolean
}
interface Flight {
  readonly from: string
  readonly to: string
  readonly start: number
  readonly auction: boolean
}

const flightMs = 600
const flightsMax = 400

class MeshPicture {
  readonly #canvas: HTMLCanvasElement
  readonly #simulation: Simulation<Dot, Edge>
  readonly #dots = new Map<string, Dot>()
  #edges: Edge[] = []
  #flights: Flight[] = []
  #ended = false

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas
    this.#simulation = forceSimulation<Dot, Edge>([])
      .force('charge', forceManyBody().strength(-420))
      .force('collide', forceCollide(26))
      .force('center', forceCenter(0, 0))
      .force(
        'link',
        forceLink<Dot, Edge>([])
          .id(({ id }) => id)
          .distance(120)
          .strength(0.12),
      )
      .stop()
    requestAnimationFrame(this.#draw)
  }

  end(): void {
    this.#ended = true
  }

  /** Moves things only when somebody came or went. */
  show(): void {
    if (state.view === undefined) return
    const links = linksOf(state.view)
    const ids = new Set([...state.view.nodes.map(({ peerId }) => peerId), ...links.flatMap(({ ends }) => ends)])
    const changed =
      links.map(({ key }) => key).join() !== this.#edges.map(({ key }) => key).join() || ids.size !== this.#dots.size
    for (const id of ids) if (!this.#dots.has(id)) this.#dots.set(id, { id })
    for (const id of this.#dots.keys()) if (!ids.has(id)) this.#dots.delete(id)
    this.#edges = links.map(({ key, ends: [source, target], inMesh }) => ({ key, source, target, inMesh }))
    if (!changed) {
      for (const edge of this.#edges)
        Object.assign(edge, {
          source: this.#dots.get(edge.source as string),
          target: this.#dots.get(edge.target as string),
        })
      return
    }
    this.#simulation.nodes([...this.#dots.values()])
    this.#simulation.force<ReturnType<typeof forceLink<Dot, Edge>>>('link')?.links(this.#edges)
    this.#simulation.alpha(1)
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) this.#simulation.tick(200)
    else this.#simulation.tick(60)
  }

  /** What just came in: each message as a dot from its sender to the node that saw it. */
  fly(): void {
    const now = performance.now()
    for (const event of state.fresh) {
      if ((event.type !== 'rpc' && event.type !== 'auction') || this.#flights.length >= flightsMax) continue
      if (event.type === 'rpc' && event.messages === undefined) continue
      if (event.dir === 'out' && state.view?.kind === 'swarm') continue
      const [from, to] = event.dir === 'in' ? [event.peer, event.node] : [event.node, event.peer]
      this.#flights.push({ from, to, start: now, auction: event.type === 'auction' })
    }
  }

  nearest(x: number, y: number): string | undefined {
    const [scale, width, height] = this.#scale()
    const at = (dot: Dot): number =>
      Math.hypot((dot.x ?? 0) * scale + width / 2 - x, (dot.y ?? 0) * scale + height / 2 - y)
    const [best] = [...this.#dots.values()].sort((a, b) => at(a) - at(b))
    return best !== undefined && at(best) < 30 ? best.id : undefined
  }

  #scale(): readonly [number, number, number] {
    const { clientWidth: width, clientHeight: height } = this.#canvas
    const reach = Math.max(
      80,
      ...[...this.#dots.values()].map(
        ({ x = 0, y = 0 }) => Math.max((Math.abs(x) * 2) / width, (Math.abs(y) * 2) / height) * Math.min(width, height),
      ),
    )
    return [Math.min(width, height) / (reach + 90), width, height]
  }

  readonly #draw = (now: number): void => {
    if (this.#ended) return
    requestAnimationFrame(this.#draw)
    if (this.#simulation.alpha() > 0.01) this.#simulation.tick()
    const [scale, width, height] = this.#scale()
    const ratio = devicePixelRatio
    if (this.#canvas.width !== Math.round(width * ratio)) this.#canvas.width = Math.round(width * ratio)
    if (this.#canvas.height !== Math.round(height * ratio)) this.#canvas.height = Math.round(height * ratio)
    const pen = this.#canvas.getContext('2d')
    if (pen === null) return
    const dark = matchMedia('(prefers-color-scheme: dark)').matches
    pen.setTransform(ratio, 0, 0, ratio, 0, 0)
    pen.clearRect(0, 0, width, height)
    const place = (dot: Dot): readonly [number, number] => [
      (dot.x ?? 0) * scale + width / 2,
      (dot.y ?? 0) * scale + height / 2,
    ]
    for (const edge of this.#edges) {
      if (typeof edge.source !== 'object' || typeof edge.target !== 'object') continue
      pen.beginPath()
      pen.moveTo(...place(edge.source))
      pen.lineTo(...place(edge.target))
      pen.strokeStyle = edge.inMesh ? (dark ? '#55677a' : '#9fb0c0') : dark ? '#2b3641' : '#dfe5ea'
      pen.lineWidth = edge.inMesh ? 1.8 : 1
      pen.stroke()
    }
    this.#flights = this.#flights.filter(({ start }) => now - start < flightMs)
    for (const { from, to, start, auction } of this.#flights) {
      const [a, b] = [this.#dots.get(from), this.#dots.get(to)]
      if (a === undefined || b === undefined) continue
      const [[ax, ay], [bx, by], t] = [place(a), place(b), (now - start) / flightMs] as const
      pen.beginPath()
      pen.arc(ax + (bx - ax) * t, ay + (by - ay) * t, auction ? 3 : 3.5, 0, 7)
      pen.fillStyle = auction ? (dark ? '#7cc4ff' : '#0b6bcb') : dark ? '#ffc069' : '#d97706'
      pen.fill()
    }
    pen.font = '600 13px system-ui'
    pen.textAlign = 'center'
    for (const dot of this.#dots.values()) {
      const [x, y] = place(dot)
      const { hue, name, side } = state.people.of(dot.id)
      pen.beginPath()
      pen.arc(x, y, side === 'seller' ? 11 : 8, 0, 7)
      pen.fillStyle = side === 'unknown' ? '#8a94a0' : `oklch(${dark ? 0.76 : 0.64} 0.15 ${hue})`
      pen.fill()
      pen.fillStyle = dark ? '#e7ecf1' : '#1b232b'
      pen.fillText(name, x, y - 16)
    }
  }
}

export function Mesh() {
  const { view } = useMarket('view')
  const canvas = useRef<HTMLCanvasElement>(null)
  const picture = useRef<MeshPicture | undefined>(undefined)
  useEffect(() => {
    if (canvas.current === null) return
    const drawn = new MeshPicture(canvas.current)
    picture.current = drawn
    drawn.show()
    const ends = [state.on('view', () => drawn.show()), state.on('lines', () => drawn.fly())]
    return () => {
      drawn.end()
      for (const end of ends) end()
    }
  }, [])
  const links = view === undefined ? [] : linksOf(view)
  const neighbours = (id: string) =>
    links.filter(({ ends }) => ends.includes(id)).map(({ ends: [a, b], inMesh }) => ({ id: a === id ? b : a, inMesh }))
  return (
    <>
      <h1>Mesh</h1>
      <Panel
        title={`${view?.nodes.length ?? 0} ${view?.kind === 'swarm' ? 'nodes' : 'node and its peers'}, ${links.length} links`}
        aside={<Messages filter="kind=mesh">changes</Messages>}
      >
        <canvas
          class="mesh"
          ref={canvas}
          role="img"
          aria-label="the network; the table below says the same"
          onClick={(event) => {
            const id = picture.current?.nearest(event.offsetX, event.offsetY)
            if (id !== undefined) location.hash = linkTo('person', id)
          }}
        />
        <p class="legend">
          <span class="key strong" /> in the mesh: offers are exchanged in full <span class="key weak" /> connected{' '}
          <span class="key gossip" /> an offer travels <span class="key direct" /> bid, quote, award or receipt
        </p>
        {view?.kind === 'node' && <p class="note">A node knows its own links only.</p>}
      </Panel>
      <Panel title="The same in words" aside="">
        <table>
          <thead>
            <tr>
              <th>node</th>
              <th>in its mesh</th>
              <th class="wide">also connected</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {view?.nodes.map(({ peerId }) => {
              const all = neighbours(peerId)
              return (
                <tr key={peerId}>
                  <td>
                    <Who id={peerId} />
                  </td>
                  <td>
                    {all
                      .filter(({ inMesh }) => inMesh)
                      .map(({ id }) => (
                        <Who key={linkKey(peerId, id)} id={id} />
                      ))}
                  </td>
                  <td class="wide">
                    {all
                      .filter(({ inMesh }) => !inMesh)
                      .map(({ id }) => (
                        <Who key={linkKey(peerId, id)} id={id} />
                      ))}
                  </td>
                  <td>
                    <Messages filter={`node=${peerId} & kind=rpc`}>gossip</Messages>
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </Panel>
    </>
  )
}
