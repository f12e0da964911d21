import { expect, it } from 'vitest'
import { Agenda } from '../../src/sim/agenda.js'
import { Disk } from '../../src/sim/disk.js'
import { DiskStore } from '../../src/sim/host.js'
import { storeCompliance } from '../compliance/store.js'

storeCompliance('a simulated disk', () => {
  const agenda = new Agenda()
  const disk = new Disk()
  const settle = () => {
    while (agenda.advance()) {}
    return Promise.resolve()
  }
  return Promise.resolve({
    open: () => {
      const store = new DiskStore(disk, agenda, { before: () => false, after: () => {} })
      const contents = () => settle().then(() => disk.contents())
      return Promise.resolve({ store, contents, close: () => Promise.resolve(store.close()) })
    },
    settle,
    remove: settle,
  })
})

it('a disk keeps what was synced, and everything before it, through a loss of power', () => {
  const disk = new Disk()
  disk.write([{ key: 'a', value: 1 }], { sync: false })
  disk.write([{ key: 'b', value: 2 }], { sync: true })
  disk.write([{ key: 'a', value: 3 }], { sync: false })
  disk.write([{ key: 'b', value: undefined }], { sync: false })
  expect(disk.contents()).toEqual([{ key: 'a', value: 3 }])
  expect(disk.afterPowerLoss().contents()).toEqual([
    { key: 'a', value: 1 },
    { key: 'b', value: 2 },
  ])
})
