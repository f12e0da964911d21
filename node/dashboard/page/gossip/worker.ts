/** Reads the gossip beside the page, and answers it. */
import type { InspectLine } from '../../../../src/inspect/event.js'
import { follow } from '../following.js'
import { GossipDesk } from './desk.js'
import type { Order, Sight } from './sight.js'

/** This thread, as the page sees it; `null`: nothing changed since it looked last. */
interface Here {
  onmessage: (event: MessageEvent<Order>) => void
  postMessage(answer: Sight | null): void
}

const here = globalThis as unknown as Here
const desk = new GossipDesk()

here.onmessage = ({ data: order }) => {
  switch (order.type) {
    case 'start':
      void follow('/v1/gossip', order.token, {
        event: (_type, data) => desk.add(JSON.parse(data) as InspectLine),
        open: (isOpen) => desk.opened(isOpen),
        restarted: () => desk.clear(),
      })
      return
    case 'look':
      here.postMessage(desk.sightOf(order.look))
      return
    default:
      desk.obey(order)
  }
}
