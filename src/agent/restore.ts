import type { Json } from '../ports/store.js'
import { sealedFromJson } from '../protocol/json.js'
import type { Message, Sealed } from '../protocol/message.js'

/**
 * A message that this node saved earlier.
 *
 * @throws Error naming `key` when the record holds anything else: a damaged store must not become a trade forgotten.
 */
export function savedMessage<Type extends Message['type']>(
  key: string,
  json: Json,
  type: Type,
): Sealed<Extract<Message, { readonly type: Type }>> {
  const sealed = sealedFromJson(json, type)
  if (sealed === undefined) throw unreadable(key, type)
  return sealed
}

export const unreadable = (key: string, type: Message['type']): Error =>
  new Error(`the record "${key}" holds no readable ${type}`)
