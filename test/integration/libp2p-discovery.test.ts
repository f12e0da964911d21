import { afterEach, describe, expect, it } from 'vitest'
import { ownAddressesOf } from '../../node/libp2p/address.js'
import { Discovery, type DiscoveryOptions } from '../../node/libp2p/discovery.js'
import { startNode, stopAll, type TestNode, type TestNodeOptions, until } from './swarm.js'

const portOf = (node: TestNode): number =>
  Number(
    node.host
      .getMultiaddrs()[0]
      ?.getComponents()
      .find(({ name }) => name === 'tcp')?.value,
  )

describe('discovery', () => {
  let nodes: TestNode[] = []
  let discoveries: Discovery[] = []

  const start = async (options: TestNodeOptions = {}): Promise<TestNode> => {
    const node = await startNode(options)
    nodes.push(node)
    return node
  }
  const discover = (node: TestNode, options: Omit<DiscoveryOptions, 'host'>): void => {
    const settings = { retryMs: 20, retryMsMax: 100, ...options.settings }
    const discovery = new Discovery({ ...options, host: node.host, settings })
    discoveries.push(discovery)
    discovery.start()
  }
  const peersOf = ({ host }: TestNode): number => host.getPeers().length

  afterEach(async () => {
    await Promise.all(discoveries.map((discovery) => discovery.stop()))
    await stopAll(nodes)
    nodes = []
    discoveries = []
  })

  it('reaches bootstrap nodes that start later, with or without their peer id, and again when they come back', async () => {
    const place = await start()
    const [port, whole] = [portOf(place), String(place.host.getMultiaddrs()[0])]
    await place.stop()
    const [a, b] = [await start(), await start()]
    discover(a, { bootstrap: [`/ip4/127.0.0.1/tcp/${port}`] })
    discover(b, { bootstrap: [whole] })
    expect([peersOf(a), peersOf(b)]).toEqual([0, 0])
    const first = await start({ port })
    await until(() => peersOf(a) === 1)
    expect(peersOf(b)).toBe(0)
    await first.stop()
    await until(() => peersOf(a) === 0)
    const second = await start({ port })
    await until(() => peersOf(a) === 1)
    expect(a.host.getPeers()[0]?.equals(second.host.peerId)).toBe(true)
  })

  it('stops dialling when it has enough peers, and takes candidates when bootstrap nodes are not enough', async () => {
    const others = [await start(), await start(), await start(), await start(), await start()]
    const addresses = others.flatMap(({ addresses }) => addresses)
    const [few, many] = [await start(), await start()]
    discover(few, { bootstrap: addresses, settings: { peersMin: 2 } })
    discover(many, {
      bootstrap: addresses.slice(0, 1),
      candidates: () => ['garbage', ...addresses],
      settings: { peersMin: 5 },
    })
    await until(() => peersOf(many) === 5 && peersOf(few) >= 2)
    expect(peersOf(few)).toBe(2)
  })

  it('never connects a node to itself, nor twice to one peer', async () => {
    const [a, b] = [await start(), await start()]
    discover(a, {
      bootstrap: [...a.addresses, ...b.addresses, ...b.addresses.map((address) => address.split('/p2p/')[0]!)],
    })
    await until(() => peersOf(a) === 1)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(a.host.getConnections()).toHaveLength(1)
  })

  it('refuses a bootstrap address that is none, by name and with an example', async () => {
    const node = await start()
    expect(() => discover(node, { bootstrap: ['127.0.0.1:4001'] })).toThrow(
      expect.objectContaining({ name: 'InvalidAddressError', message: expect.stringContaining('/ip4/') }),
    )
  })

  it('can be stopped in the middle of everything', async () => {
    const node = await start()
    discover(node, { bootstrap: ['/ip4/127.0.0.1/tcp/1'] })
    await discoveries[0]?.stop()
    expect(peersOf(node)).toBe(0)
  })

  it('knows the addresses under which a node can be dialled', async () => {
    const node = await start()
    expect(ownAddressesOf(node.host, { local: true })).toEqual([`/ip4/127.0.0.1/tcp/${portOf(node)}/p2p/${node.id}`])
  })
})
