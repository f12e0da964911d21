/** The mesh on a canvas: nodes pushed apart, links between them, a dot for each message that travels. Drawn while anything moves. */
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
import type { View } from '../../schema.js'
import type { Flight } from '../gossip/sight.js'
import { linksOf } from '../models/mesh.js'
import type { People } from '../models/people.js'
import { isDark, onThemeChange } from '../theme.js'

interface Dot extends SimulationNodeDatum {
  readonly id: string
}
interface Edge extends SimulationLinkDatum<Dot> {
  readonly key: string
  inMesh: boolean
}
interface Moving extends Flight {
  readonly start: number
}

const flightMs = 600
/** Flights come together some times a second; they set out one after the other. */
const spreadMs = 100
/** Drawn at a time. */
const flightsMax = 400
/** Between two pictures, a little less than two frames of most screens: dots that fly half a second need no more. */
const pictureMs = 30
/** Steps of the layout: of one picture, and at once where nodes come or go, so that they begin near their places. */
const eachPicture = { ticks: 3, msMax: 6 } as const
const atFirst = { ticks: 80, msMax: 40 } as const
/** Left free around it, for names. */
const [marginX, marginY] = [48, 30] as const
/** Of the layout's plane; and by how much more along one side than along the other. */
const [scaleMax, stretchMax] = [1.6, 1.9] as const
/** From here on nobody sees it move. */
const stillAlpha = 0.01

const colours = {
  light: {
    mesh: '#9fb0c0',
    link: '#dfe5ea',
    direct: '#0b6bcb',
    gossip: '#d97706',
    ink: '#1b232b',
    sheet: '#ffffff',
    fill: 0.64,
  },
  dark: {
    mesh: '#55677a',
    link: '#2b3641',
    direct: '#7cc4ff',
    gossip: '#ffc069',
    ink: '#e7ecf1',
    sheet: '#171d25',
    fill: 0.76,
  },
} as const

export class MeshPicture {
  readonly #canvas: HTMLCanvasElement
  readonly #pen: CanvasRenderingContext2D
  readonly #links = forceLink<Dot, Edge>([])
    .id(({ id }) => id)
    .distance(120)
    .strength(0.12)
  readonly #simulation: Simulation<Dot, Edge>
  readonly #dots = new Map<string, Dot>()
  readonly #ends: (() => void)[]
  #edges = new Map<string, Edge>()
  #people: People | undefined
  #flights: Moving[] = []
  #size = { width: 0, height: 0 }
  #frame = 0
  #drawnAt = Number.NEGATIVE_INFINITY

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas
    this.#pen = canvas.getContext('2d')!
    this.#simulation = forceSimulation<Dot, Edge>([])
      .force('charge', forceManyBody().strength(-420))
      .force('collide', forceCollide(26))
      .force('center', forceCenter(0, 0))
      .force('link', this.#links)
      .stop()
    const sizes = new ResizeObserver(() => this.#fit())
    sizes.observe(canvas)
    this.#ends = [() => sizes.disconnect(), onThemeChange(() => this.#move())]
    this.#fit()
  }

  end(): void {
    cancelAnimationFrame(this.#frame)
    for (const end of this.#ends) end()
  }

  /** Moves things only where somebody came or went, or a link did. */
  show(view: View, people: People): void {
    this.#people = people
    const links = linksOf(view)
    const ids = new Set([...view.nodes.map(({ peerId }) => peerId), ...links.flatMap(({ ends }) => ends)])
    const isNew = ids.size !== this.#dots.size || [...ids].some((id) => !this.#dots.has(id))
    if (isNew || links.length !== this.#edges.size || links.some(({ key }) => !this.#edges.has(key))) {
      for (const id of ids) if (!this.#dots.has(id)) this.#dots.set(id, { id })
      for (const id of this.#dots.keys()) if (!ids.has(id)) this.#dots.delete(id)
      this.#edges = new Map(
        links.map(({ key, ends: [source, target], inMesh }) => [key, { key, source, target, inMesh }]),
      )
      this.#simulation.nodes([...this.#dots.values()])
      this.#links.links([...this.#edges.values()])
      // A link that comes or goes moves its ends a little, and not everybody.
      this.#simulation.alpha(isNew ? 1 : Math.max(this.#simulation.alpha(), 0.2))
      if (isNew) this.#settle(atFirst)
      if (matchMedia('(prefers-reduced-motion: reduce)').matches) this.#simulation.tick(200).alpha(0)
    }
    for (const { key, inMesh } of links) this.#edges.get(key)!.inMesh = inMesh
    this.#move()
  }

  /** What just came in: each message as a dot from its sender to the node that saw it. */
  fly(flights: readonly Flight[]): void {
    const now = performance.now()
    for (const [index, flight] of flights.entries()) {
      if (this.#flights.length >= flightsMax) break
      this.#flights.push({ ...flight, start: now + (index / flights.length) * spreadMs })
    }
    this.#move()
  }

  nearest(x: number, y: number): string | undefined {
    const place = this.#places()
    const at = (dot: Dot): number => Math.hypot(place(dot)[0] - x, place(dot)[1] - y)
    const [best] = [...this.#dots.values()].sort((a, b) => at(a) - at(b))
    return best !== undefined && at(best) < 30 ? best.id : undefined
  }

  #fit(): void {
    const { clientWidth: width, clientHeight: height } = this.#canvas
    this.#size = { width, height }
    this.#canvas.width = Math.round(width * devicePixelRatio)
    this.#canvas.height = Math.round(height * devicePixelRatio)
    this.#move()
  }

  #move(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(this.#draw)
  }

  #settle({ ticks, msMax }: { readonly ticks: number; readonly msMax: number }): void {
    const end = performance.now() + msMax
    for (let tick = 0; tick < ticks && this.#simulation.alpha() > stillAlpha; tick += 1) {
      this.#simulation.tick()
      if (performance.now() > end) return
    }
  }

  /** From the layout's plane to the canvas, so that all of it is in sight and as large as can be. */
  #places(): (dot: Dot) => readonly [number, number] {
    const { width, height } = this.#size
    let [reachX, reachY] = [40, 40]
    for (const { x = 0, y = 0 } of this.#dots.values()) {
      reachX = Math.max(reachX, Math.abs(x))
      reachY = Math.max(reachY, Math.abs(y))
    }
    const [room, ceiling] = [Math.max(20, width / 2 - marginX), Math.max(20, height / 2 - marginY)]
    const scaleY = Math.min(ceiling / reachY, scaleMax)
    const scaleX = Math.min(room / reachX, scaleY * stretchMax)
    return ({ x = 0, y = 0 }) => [x * scaleX + width / 2, y * Math.min(scaleY, scaleX * stretchMax) + height / 2 + 6]
  }

  readonly #draw = (now: number): void => {
    this.#frame = 0
    if (now - this.#drawnAt < pictureMs) {
      this.#move()
      return
    }
    this.#drawnAt = now
    this.#settle(eachPicture)
    this.#flights = this.#flights.filter(({ start }) => now - start < flightMs)
    const pen = this.#pen
    const dark = isDark()
    const place = this.#places()
    pen.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0)
    pen.clearRect(0, 0, this.#size.width, this.#size.height)
    for (const inMesh of [false, true]) this.#drawLinks(place, inMesh, colours[dark ? 'dark' : 'light'])
    for (const auction of [false, true]) this.#drawFlights(place, { now, auction, dark })
    this.#drawDots(place, colours[dark ? 'dark' : 'light'])
    if (this.#flights.length > 0 || this.#simulation.alpha() > stillAlpha) this.#move()
  }

  #drawLinks(place: Place, inMesh: boolean, { mesh, link }: { readonly mesh: string; readonly link: string }): void {
    this.#pen.beginPath()
    for (const { source, target, inMesh: is } of this.#edges.values()) {
      if (is !== inMesh || typeof source !== 'object' || typeof target !== 'object') continue
      this.#pen.moveTo(...place(source))
      this.#pen.lineTo(...place(target))
    }
    this.#pen.strokeStyle = inMesh ? mesh : link
    this.#pen.lineWidth = inMesh ? 1.8 : 1
    this.#pen.stroke()
  }

  #drawFlights(place: Place, { now, auction, dark }: { now: number; auction: boolean; dark: boolean }): void {
    const { direct, gossip } = colours[dark ? 'dark' : 'light']
    this.#pen.beginPath()
    for (const flight of this.#flights) {
      const [from, to] = [this.#dots.get(flight.from), this.#dots.get(flight.to)]
      if (flight.auction !== auction || flight.start > now || from === undefined || to === undefined) continue
      const [[ax, ay], [bx, by], share] = [place(from), place(to), (now - flight.start) / flightMs] as const
      const [x, y, radius] = [ax + (bx - ax) * share, ay + (by - ay) * share, auction ? 3 : 3.5]
      this.#pen.moveTo(x + radius, y)
      this.#pen.arc(x, y, radius, 0, 7)
    }
    this.#pen.fillStyle = auction ? direct : gossip
    this.#pen.fill()
  }

  #drawDots(place: Place, { ink, sheet, fill }: { ink: string; sheet: string; fill: number }): void {
    const pen = this.#pen
    pen.font = '600 13px system-ui'
    pen.textAlign = 'center'
    pen.lineJoin = 'round'
    for (const dot of this.#dots.values()) {
      const [x, y] = place(dot)
      const { name = '', side = 'unknown', hue = 220 } = this.#people?.of(dot.id) ?? {}
      pen.beginPath()
      if (side === 'seller') pen.roundRect(x - 9, y - 9, 18, 18, 3)
      else pen.arc(x, y, 8, 0, 7)
      pen.fillStyle = side === 'unknown' ? '#8a94a0' : `oklch(${fill} 0.15 ${hue})`
      pen.fill()
      pen.strokeStyle = sheet
      pen.lineWidth = 4
      pen.strokeText(name, x, y - 15)
      pen.fillStyle = ink
      pen.fillText(name, x, y - 15)
    }
  }
}

type Place = (dot: Dot) => readonly [number, number]
