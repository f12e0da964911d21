/** An event in a few words. */
import type { InspectEvent } from '../../../../src/inspect/event.js'
import type { CloseReason } from '../../../../src/protocol/message.js'
import { counted, gb, money, unitPrice } from '../../../format.js'
import type { People } from './people.js'

export function sayingOf(event: InspectEvent, people: People): string {
  switch (event.type) {
    case 'rpc': {
      const parts = (event.messages ?? []).map(({ id, offer }) =>
        offer === undefined ? id.slice(0, 8) : offerSaying(offer, people),
      )
      if (event.ihave !== undefined) parts.push(`has ${event.ihave.reduce((sum, { ids }) => sum + ids.length, 0)}`)
      if (event.iwant !== undefined) parts.push(`wants ${event.iwant.length}`)
      if (event.idontwant !== undefined) parts.push(`does not want ${event.idontwant.length}`)
      for (const topic of event.graft ?? []) parts.push(topic)
      for (const { topic, reason, guess } of event.prune ?? [])
        parts.push(`${topic} ${reason ?? (guess ? `perhaps ${guess}` : '')}`)
      for (const { topic, subscribe } of event.subscriptions ?? []) parts.push(`${subscribe ? '+' : '−'}${topic}`)
      return `${parts.join(', ')} · ${event.bytes} bytes`
    }
    case 'publish':
      return event.offer === undefined ? event.id.slice(0, 8) : offerSaying(event.offer, people)
    case 'verdict':
      return [event.id?.slice(0, 8), event.code].filter((part) => part !== undefined).join(' ')
    case 'mesh':
      return `${event.topic} ${event.reason ?? ''}`
    case 'score':
      return `${event.was} → ${event.score}`
    case 'peer':
      return event.change
    case 'sync':
      return syncSayings[event.asked] + (event.offers === undefined ? '' : `: ${counted(event.offers.length, 'offer')}`)
    case 'auction':
      return event.message === undefined ? 'cannot be read' : auctionSaying(event.message, people)
    case 'lost':
      return event.events === null
        ? 'what happened before was not recorded'
        : `${event.events.toLocaleString('en-US')} events were not read in time`
  }
}

/** What offer sync asks for (SPEC §8). */
const syncSayings = {
  index: 'asks which offers there are',
  offers: 'asks for offers that it does not know',
  page: 'asks for offers, a page of them',
} as const

const offerSaying = (
  { offer, status, stock, reserve }: { offer: string; status: string; stock: number; reserve: number },
  people: People,
): string => `${people.offer(offer)} ${status === 'closed' ? 'closed' : `${gb(stock)} from ${unitPrice(reserve, 2)}`}`

function auctionSaying(
  message: NonNullable<Extract<InspectEvent, { type: 'auction' }>['message']>,
  people: People,
): string {
  const offer = people.offer(message.offer)
  switch (message.type) {
    case 'bid':
      return message.quantity === 0
        ? `${offer} withdrawn`
        : `${offer} ${gb(message.quantity)} at ${unitPrice(message.price, 2)}`
    case 'quote': {
      const would = message.quantity === 0 ? 'nothing' : `${gb(message.quantity)} for ${money(message.charge, 2)}`
      return `${offer} would get ${would}, reserve ${unitPrice(message.reserve, 2)}`
    }
    case 'award':
    case 'accept':
    case 'receipt':
      return `${offer} ${gb(message.quantity)} for ${money(message.charge, 2)}`
    case 'decline':
    case 'refused':
      return `${offer} ${message.code}`
    case 'closed':
      return `${offer} ${message.reason}`
  }
}

/** Why an auction ended. */
export const closeSayings: Readonly<Record<CloseReason, string>> = {
  'sold-out': 'sold out',
  'closing-time': 'its time was up',
  withdrawn: 'withdrawn',
  idle: 'nobody bid any more',
}
