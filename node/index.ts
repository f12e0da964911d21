/**
 * The market on a real network: {@link startMarketNode} runs one participant on libp2p, with its identity and its
 * LevelDB store in a folder of its own.
 *
 * @packageDocumentation
 */
import './polyfill.js'

export {
  IdentityCorruptError,
  IdentityMismatchError,
  IdentityPermissionsError,
  PassphraseWrongError,
} from './identity.js'
export { type MarketNode, type MarketNodeOptions, type NodeStatus, startMarketNode } from './market-node.js'
export { type ReplayedFile, replayFile } from './replay-files.js'
export {
  LevelStore,
  StoreClosedError,
  StoreCorruptError,
  StoreDamagedError,
  StoreLockedError,
  StoreMissingError,
  StoreOpenError,
  StoreOutdatedError,
  StoreOutrunError,
  StoreUnreadableError,
  StoreWriteError,
} from './store-level.js'
export { TraceFile, TraceFolder, TraceWriteError } from './trace-file.js'
