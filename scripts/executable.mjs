/** Compilers write plain files; `npx overage` needs one that may be run. */
import { chmodSync } from 'node:fs'

chmodSync(new URL('../dist/node/main.js', import.meta.url), 0o755)
