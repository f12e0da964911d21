/** The live mesh: who is connected, who is in whose mesh, and messages as they travel. */
import { useEffect, useRef } from 'preact/hooks'
import { linkKey, linksOf } from '../models/mesh.js'
import { MeshPicture } from '../parts/mesh-picture.js'
import { Followed, Messages, Panel, Who } from '../parts/small.js'
import { linkTo, state, useGossip, useMarket } from '../state.js'

export function Mesh() {
  const { view } = useMarket('view')
  const canvas = useRef<HTMLCanvasElement>(null)
  const picture = useRef<MeshPicture | undefined>(undefined)
  useEffect(() => {
    if (canvas.current === null) return
    const drawn = new MeshPicture(canvas.current)
    picture.current = drawn
    const show = (): void => {
      if (state.view !== undefined) drawn.show(state.view, state.people)
    }
    show()
    const ends = [state.on('view', show), state.onFlights((flights) => drawn.fly(flights))]
    return () => {
      drawn.end()
      for (const end of ends) end()
    }
  }, [])
  useGossip({ flights: true }, [])
  const links = view === undefined ? [] : linksOf(view)
  const neighbours = (id: string) =>
    links.filter(({ ends }) => ends.includes(id)).map(({ ends: [a, b], inMesh }) => ({ id: a === id ? b : a, inMesh }))
  return (
    <>
      <h1>Mesh</h1>
      <p class="lead">
        Who is connected to whom. Offers spread along the strong lines, from neighbour to neighbour; bids and awards go
        straight from buyer to seller. A node opens with a click, or from the table.
      </p>
      <Panel
        title={`${view?.nodes.length ?? 0} ${view?.kind === 'swarm' ? 'nodes' : 'node and its peers'}, ${links.length} links`}
        aside={<Messages filter="kind=mesh">see its changes</Messages>}
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
        <Followed />
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
