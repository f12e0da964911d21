/** One core's share of the soak: a seed in, its verdict out, until there are no more. */
import { parentPort } from 'node:worker_threads'
import { verdictOnSeed } from './verdict.js'

parentPort!.on('message', (seed: string | undefined) => {
  if (seed === undefined) parentPort!.close()
  else parentPort!.postMessage(verdictOnSeed(seed))
})
