/** A visitor in a process of its own, so that what it takes is not counted as the residents'. One visit, then it ends. */
import '../../node/polyfill.js'
import { type Visit, visit } from './nodes.js'

await visit(JSON.parse(process.argv[2]!) as Visit)
process.exit()
