/** What a person may set of a node outside its file. Plain data, so that `--help` loads nothing else. */

export const logLevels = ['error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

export type SettingFlag =
  | 'name'
  | 'market'
  | 'folder'
  | 'listen'
  | 'bootstrap'
  | 'local'
  | 'api'
  | 'passphrase-file'
  | 'log-file'
  | 'log-level'
  | 'trace'
  | 'capture'

/** A setting that can be given in the file, in the environment or by a flag, with what a person needs to know of it. */
export interface Setting {
  readonly field: readonly [string] | readonly [string, string]
  readonly flag: SettingFlag
  readonly variable: string
  readonly reads: 'text' | 'list' | 'switch'
  readonly fallback: string
  readonly why: string
}

/** In the order of the help text. Lists are comma-separated outside the file. */
export const settings: readonly Setting[] = [
  {
    field: ['name'],
    flag: 'name',
    variable: 'OVERAGE_NAME',
    reads: 'text',
    fallback: 'me',
    why: 'names the node in logs and reports; nobody else sees it',
  },
  {
    field: ['market'],
    flag: 'market',
    variable: 'OVERAGE_MARKET',
    reads: 'text',
    fallback: 'local',
    why: 'only nodes of one market trade with each other',
  },
  {
    field: ['folder'],
    flag: 'folder',
    variable: 'OVERAGE_FOLDER',
    reads: 'text',
    fallback: '.overage/<name>',
    why: 'identity and store; keep it, and the node goes on where it stopped',
  },
  {
    field: ['listen'],
    flag: 'listen',
    variable: 'OVERAGE_LISTEN',
    reads: 'list',
    fallback: '/ip4/0.0.0.0/tcp/0, or /ip4/127.0.0.1/tcp/0 when local',
    why: 'multiaddrs to listen on; port 0 takes any free one',
  },
  {
    field: ['bootstrap'],
    flag: 'bootstrap',
    variable: 'OVERAGE_BOOTSTRAP',
    reads: 'list',
    fallback: 'none',
    why: 'multiaddrs of nodes that usually run: one is enough to find the others',
  },
  {
    field: ['local'],
    flag: 'local',
    variable: 'OVERAGE_LOCAL',
    reads: 'switch',
    fallback: 'false',
    why: 'all peers are on this machine or LAN: short rounds, no limits per address',
  },
  {
    field: ['passphraseFile'],
    flag: 'passphrase-file',
    variable: 'OVERAGE_PASSPHRASE_FILE',
    reads: 'text',
    fallback: 'OVERAGE_PASSPHRASE, or asked',
    why: 'a file whose first line is the passphrase of the identity; only where it is encrypted',
  },
  {
    field: ['api'],
    flag: 'api',
    variable: 'OVERAGE_API',
    reads: 'text',
    fallback: '127.0.0.1:0',
    why: 'where its HTTP API listens, or off; beyond this machine only when an address here says so',
  },
  {
    field: ['log', 'file'],
    flag: 'log-file',
    variable: 'OVERAGE_LOG_FILE',
    reads: 'text',
    fallback: '<folder>/log.jsonl',
    why: 'JSON lines, appended to',
  },
  {
    field: ['log', 'level'],
    flag: 'log-level',
    variable: 'OVERAGE_LOG_LEVEL',
    reads: 'text',
    fallback: 'info',
    why: `${logLevels.join(', ')}; info has a line for every fact of the market`,
  },
  {
    field: ['trace'],
    flag: 'trace',
    variable: 'OVERAGE_TRACE',
    reads: 'text',
    fallback: 'none',
    why: 'a file to append every step to, as JSON lines; overage replay checks it',
  },
  {
    field: ['capture'],
    flag: 'capture',
    variable: 'OVERAGE_CAPTURE',
    reads: 'text',
    fallback: 'none',
    why: 'a folder for what it does on the network, as JSON lines; overage inspect -r reads it',
  },
]
