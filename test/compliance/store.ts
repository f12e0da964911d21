import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Json, Store, StoreContents, StoreRecord } from '../../src/ports/store.js'

export interface StoreWorld {
  /** Opens the one store of this world, with what earlier ones wrote. */
  open(): Promise<OpenStore>
  /** Lets what is under way come to an end. */
  settle(): Promise<void>
  /** Removes every trace. */
  remove(): Promise<void>
}

export interface OpenStore {
  readonly store: Store
  contents(): Promise<StoreContents>
  close(): Promise<void>
}

/** What every {@link Store} must do, wherever it keeps its records. */
export function storeCompliance(name: string, makeWorld: () => Promise<StoreWorld>): void {
  describe(`${name} as a store`, () => {
    let world: StoreWorld
    let opened: OpenStore

    const write = (records: readonly StoreRecord[], sync = false): Promise<void> =>
      new Promise((resolve, reject) => {
        opened.store.write(records, { sync }, (error) => (error === undefined ? resolve() : reject(error)))
      })
    const written = async (...writes: readonly Promise<void>[]) => {
      await world.settle()
      await Promise.all(writes)
    }
    const reopen = async () => {
      await opened.close()
      opened = await world.open()
    }

    beforeEach(async () => {
      world = await makeWorld()
      opened = await world.open()
    })

    afterEach(async () => {
      await opened.close()
      await world.remove()
    })

    it('begins empty', async () => {
      expect(await opened.contents()).toEqual([])
    })

    it('gives back every kind of value as it was, also after it was opened again', async () => {
      const values: readonly Json[] = [
        null,
        true,
        0,
        -1.5,
        '',
        'ü€𝄞\n"',
        [],
        {},
        [1, [2, { a: null }]],
        { 'a b': { c: [''] } },
      ]
      const records = values.map((value, index) => ({ key: `k${index}`, value }))
      await written(write(records))
      expect(await opened.contents()).toEqual(records)
      await reopen()
      expect(await opened.contents()).toEqual(records)
    })

    it('gives records in key order, whatever order they were written in', async () => {
      const keys = ['b', 'a/2', 'a', 'a/10', 'Z', 'a/']
      await written(...keys.map((key) => write([{ key, value: key }])))
      expect((await opened.contents()).map(({ key }) => key)).toEqual([...keys].sort())
    })

    it('overwrites a key, and removes it where the value is undefined', async () => {
      await written(
        write([
          { key: 'a', value: 1 },
          { key: 'b', value: 1 },
        ]),
      )
      await written(
        write([
          { key: 'a', value: 2 },
          { key: 'b', value: undefined },
          { key: 'c', value: undefined },
        ]),
      )
      expect(await opened.contents()).toEqual([{ key: 'a', value: 2 }])
    })

    it('lets the later record of one write, and the later of two writes, win', async () => {
      const first = write([
        { key: 'a', value: 1 },
        { key: 'a', value: 2 },
        { key: 'b', value: 1 },
      ])
      await written(first, write([{ key: 'b', value: 2 }]))
      expect(await opened.contents()).toEqual([
        { key: 'a', value: 2 },
        { key: 'b', value: 2 },
      ])
    })

    it('calls back once for each write, in call order, and never while it is being called', async () => {
      const called: number[] = []
      for (let number = 0; number < 100; number += 1) {
        opened.store.write([{ key: 'a', value: number }], { sync: number % 3 === 0 }, () => called.push(number))
      }
      opened.store.write([], { sync: false }, () => called.push(100))
      expect(called).toEqual([])
      await world.settle()
      expect(called).toEqual(Array.from({ length: 101 }, (_, number) => number))
      expect(await opened.contents()).toEqual([{ key: 'a', value: 99 }])
    })

    it('holds what was written, not what became of it in the hands of the writer', async () => {
      const value = { quantity: 1 }
      const writing = write([{ key: 'a', value }])
      value.quantity = 2
      await written(writing)
      expect(await opened.contents()).toEqual([{ key: 'a', value: { quantity: 1 } }])
    })

    it('has everything that was written before it was closed', async () => {
      const writing = Array.from({ length: 20 }, (_, index) => write([{ key: `k${index}`, value: index }], true))
      await reopen()
      await written(...writing)
      expect(await opened.contents()).toHaveLength(20)
    })

    it('reports a write after it was closed', async () => {
      const { store } = opened
      await reopen()
      const errors: unknown[] = []
      store.write([{ key: 'a', value: 1 }], { sync: false }, (error) => errors.push(error))
      expect(errors).toEqual([])
      await world.settle()
      expect(errors).toEqual([expect.any(Error)])
      expect(await opened.contents()).toEqual([])
    })
  })
}
