/**
 * Must be the first import of every entry point: libp2p calls `Promise.withResolvers`, which Node 20 lacks. Imports
 * are evaluated in order, so nothing that is imported after this module can run without it.
 */
import 'core-js/actual/promise/with-resolvers.js'
