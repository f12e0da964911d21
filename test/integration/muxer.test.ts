import { multiaddrConnectionPair } from '@libp2p/utils'
import { expect, it } from 'vitest'
import { muxer } from '../../node/libp2p/muxer.js'

it('ends a stream, and no more, when its connection ends while the stream is being opened', async () => {
  const [near, far] = multiaddrConnectionPair()
  const opening = muxer()()
  const [one] = [opening.createStreamMuxer(near), opening.createStreamMuxer(far)]
  const stream = one.createStream()
  const closing = near.close()
  expect((await stream).status).not.toBe('open')
  await closing
})
