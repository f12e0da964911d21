import { type YamuxMuxerInit, yamux } from '@libp2p/yamux'

/**
 * Yamux, safe against connections that end while a stream is being opened on them. It says that it opens a stream a moment after
 * it was asked to, from where nobody can catch that the connection is gone by then: the whole process would end, and any peer that
 * hangs up at the right time could make it. Here only that stream ends.
 */
export const muxer = (init: YamuxMuxerInit = {}): ReturnType<typeof yamux> => {
  const make = yamux(init)
  return () => guarded(make())
}

function guarded(factory: ReturnType<ReturnType<typeof yamux>>): typeof factory {
  const create = factory.createStreamMuxer.bind(factory)
  factory.createStreamMuxer = (connection) => {
    const muxer = create(connection)
    const open = muxer.onCreateStream.bind(muxer)
    muxer.onCreateStream = () => {
      const stream = open()
      const say = stream.sendWindowUpdate.bind(stream)
      stream.sendWindowUpdate = () => {
        try {
          say()
        } catch (error) {
          stream.abort(error as Error)
        }
      }
      return stream
    }
    return muxer
  }
  return factory
}
