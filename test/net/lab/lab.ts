/**
 * A small internet in one machine: hosts as Linux network namespaces, on two sides that a trunk joins, and wires between
 * them that delay, lose and can be cut while everything runs. Nothing of it is connected to the machine's own network.
 *
 *     pier ──┐                    ┌── cafe
 *            west ═══ trunk ═══ east
 *     tower ─┘                    └── gateway (NAT) ── home
 *
 * Needs root on Linux, /dev/net/tun, and the commands ip, nft and python3: {@link whyNoLab} says what is missing.
 */
import { mkdir } from 'node:fs/promises'
import { ip, nft, sysctl } from './commands.js'
import { Keeper, type WireCounts, type WireEnd, type WireSettings } from './keeper.js'
import { LabProcess } from './process.js'

export type Side = 'west' | 'east'

/**
 * How a gateway chooses the outside port of a connection (RFC 4787): by the inside port alone, so that every peer sees the
 * same one, or anew for every peer, so that nobody can be told where to knock. Either way it lets in only what answers.
 */
export type NatMapping = 'endpoint-independent' | 'endpoint-dependent'

export interface HostPlan {
  readonly side: Side
  /** From the host, or from its gateway, to its side's exchange. */
  readonly wire: WireSettings
  /** Whether it sits behind a gateway that translates addresses, and which kind. */
  readonly nat?: NatMapping
}

export interface LabPlan<Name extends string> {
  /** Decides which frames are lost and how late each is. */
  readonly seed: string
  /** Where the output of its processes goes. */
  readonly folder: string
  /**
   * Whether hosts outside gateways have addresses that look public, or private ones, as within one organisation. libp2p tells
   * others of a private address at once, of a public one when somebody dialled it back.
   */
  readonly addresses: 'public' | 'private'
  readonly trunk: WireSettings
  readonly hosts: Readonly<Record<Name, HostPlan>>
}

export interface LabWire {
  set(settings: Partial<WireSettings>): Promise<void>
  cut(): Promise<void>
  mend(): Promise<void>
  counts(): Promise<WireCounts>
}

export interface LabHost {
  readonly name: string
  /** Its own IPv4 address: behind a gateway a private one. */
  readonly address: string
  /** Under which the others see it: its own, or its gateway's. */
  readonly outsideAddress: string
  readonly wire: LabWire
  /** Starts a program in this host. `name` names it and its output, `<folder>/<name>.out`. */
  run(name: string, program: string, args: readonly string[]): LabProcess
}

/**
 * The first byte of each host's network where they look public. What the registries call special, such as the networks for
 * documentation, libp2p takes for private, and its AutoNAT believes only peers from different networks. So each host has
 * another of those that nobody announces. No packet leaves the lab.
 */
const publicNetworks = [11, 21, 22, 26, 28, 29, 30, 33] as const
const lanAddress = '192.168.7.2'
/** Inside the gateway, to the host behind it: a home's own network. */
const lanWire: WireSettings = { delayMs: 1 }

export class Lab<Name extends string = string> {
  readonly hosts: Readonly<Record<Name, LabHost>>
  readonly trunk: LabWire
  /** With which the names of its namespaces begin. */
  readonly prefix: string
  readonly #keeper: Keeper

  private constructor({ hosts, trunk, prefix, keeper }: Parts<Name>) {
    this.hosts = hosts
    this.trunk = trunk
    this.prefix = prefix
    this.#keeper = keeper
  }

  /** Builds it, in less than two seconds. @throws Error when a command fails; nothing of the lab is left then. */
  static async raise<const Name extends string>(plan: LabPlan<Name>): Promise<Lab<Name>> {
    await mkdir(plan.folder, { recursive: true })
    const { keeper, prefix } = await Keeper.start()
    try {
      return new Lab(await new Builder(plan, keeper, prefix).build())
    } catch (error) {
      await keeper.stop()
      throw error
    }
  }

  /** Ends every process and removes all of it. Safe to call again. */
  async close(): Promise<void> {
    await this.#keeper.stop()
  }
}

interface Parts<Name extends string> {
  readonly hosts: Readonly<Record<Name, LabHost>>
  readonly trunk: LabWire
  readonly prefix: string
  readonly keeper: Keeper
}

class Builder<Name extends string> {
  readonly #plan: LabPlan<Name>
  readonly #keeper: Keeper
  readonly #prefix: string

  constructor(plan: LabPlan<Name>, keeper: Keeper, prefix: string) {
    this.#plan = plan
    this.#keeper = keeper
    this.#prefix = prefix
  }

  async build(): Promise<Parts<Name>> {
    const { trunk, hosts, addresses } = this.#plan
    const plans = Object.entries<HostPlan>(hosts)
    if (plans.length > publicNetworks.length) throw new RangeError(`at most ${publicNetworks.length} hosts`)
    await this.#namespaces([
      'west',
      'east',
      ...plans.flatMap(([name, { nat }]) => (nat ? [name, gatewayOf(name)] : [name])),
    ])
    const wire = await this.#wire('trunk', trunk, [
      [this.#namespaceOf('west'), 'trunk'],
      [this.#namespaceOf('east'), 'trunk'],
    ])
    await this.#address('west', 'trunk', '10.255.0.1/30')
    await this.#address('east', 'trunk', '10.255.0.2/30')
    const built = await Promise.all(
      plans.map(
        async ([name, plan], index) => [name, await this.#host(name, plan, networkOf(addresses, index))] as const,
      ),
    )
    return {
      hosts: Object.fromEntries(built) as Record<Name, LabHost>,
      trunk: wire,
      prefix: this.#prefix,
      keeper: this.#keeper,
    }
  }

  readonly #namespaceOf = (name: string): string => `${this.#prefix}${name}`

  async #namespaces(names: readonly string[]): Promise<void> {
    await ip(names.map((name) => `netns add ${this.#namespaceOf(name)}`))
    // IPv6 is off, so that no address makes itself; a router forwards, a host does not.
    const quiet = ['net/ipv6/conf/all/disable_ipv6=1', 'net/ipv6/conf/default/disable_ipv6=1']
    await Promise.all(
      names.map(async (name) => {
        const forwards = name === 'west' || name === 'east' || name.endsWith(gatewaySuffix)
        await ip(['link set lo up'], this.#namespaceOf(name))
        await sysctl([...quiet, `net/ipv4/ip_forward=${forwards ? 1 : 0}`], this.#namespaceOf(name))
      }),
    )
  }

  async #host(name: string, { side, wire: settings, nat }: HostPlan, network: string): Promise<LabHost> {
    const outermost = nat === undefined ? name : gatewayOf(name)
    const [exchange, outsideAddress] = [`${network}.1`, `${network}.2`]
    const wire = await this.#wire(name, settings, [
      [this.#namespaceOf(side), name],
      [this.#namespaceOf(outermost), 'net0'],
    ])
    await this.#address(side, name, `${exchange}/30`)
    await this.#address(outermost, 'net0', `${outsideAddress}/30`, exchange)
    const [across, via] = side === 'west' ? (['east', '10.255.0.1'] as const) : (['west', '10.255.0.2'] as const)
    await ip([`route add ${network}.0/30 via ${via}`], this.#namespaceOf(across))
    if (nat !== undefined) await this.#translate(name, nat)
    return {
      name,
      address: nat === undefined ? outsideAddress : lanAddress,
      outsideAddress,
      wire,
      run: (process, program, args) =>
        new LabProcess({ name: process, folder: this.#plan.folder, namespace: this.#namespaceOf(name), program, args }),
    }
  }

  /** Puts a host behind its gateway, which lets out what the host sends, and in what answers that. */
  async #translate(name: string, mapping: NatMapping): Promise<void> {
    const gateway = gatewayOf(name)
    await this.#wire(gateway, lanWire, [
      [this.#namespaceOf(gateway), 'lan'],
      [this.#namespaceOf(name), 'net0'],
    ])
    await this.#address(gateway, 'lan', '192.168.7.1/24')
    await this.#address(name, 'net0', `${lanAddress}/24`, '192.168.7.1')
    // Left alone the kernel keeps the inside port wherever it can, so that all peers see the same.
    const masquerade = mapping === 'endpoint-dependent' ? 'masquerade fully-random' : 'masquerade'
    await nft(
      `table ip gateway {
        chain translate {
          type nat hook postrouting priority 100
          oifname "net0" ${masquerade}
        }
        chain forward {
          type filter hook forward priority 0; policy drop
          iifname "lan" accept
          ct state established,related accept
        }
        chain input {
          type filter hook input priority 0
          iifname "net0" ct state new drop
        }
      }
`,
      this.#namespaceOf(gateway),
    )
  }

  async #wire(name: string, settings: WireSettings, ends: readonly [WireEnd, WireEnd]): Promise<LabWire> {
    await this.#keeper.order({ op: 'wire', name, seed: this.#plan.seed, ends, ...settings })
    const set = async (change: Partial<WireSettings>): Promise<void> => {
      await this.#keeper.order({ op: 'set', name, ...change })
    }
    return {
      set,
      cut: () => set({ cut: true }),
      mend: () => set({ cut: false }),
      counts: async () => (await this.#keeper.order({ op: 'counts', name })) as WireCounts,
    }
  }

  async #address(node: string, device: string, address: string, gateway?: string): Promise<void> {
    const route = gateway === undefined ? [] : [`route add default via ${gateway}`]
    await ip([`address add ${address} dev ${device}`, `link set ${device} up`, ...route], this.#namespaceOf(node))
  }
}

const networkOf = (addresses: 'public' | 'private', index: number): string =>
  addresses === 'public' ? `${publicNetworks[index]}.0.0` : `10.${index}.0`

const gatewaySuffix = '-gateway'
const gatewayOf = (host: string): string => `${host}${gatewaySuffix}`
