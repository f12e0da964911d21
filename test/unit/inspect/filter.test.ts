import { describe, expect, it } from 'vitest'
import { filterIn } from '../../../src/inspect/filter.js'
import { explainFault } from '../../../src/inspect/filter-syntax.js'
import { ann, ben, bid, everyEvent, messageId, rpc } from './samples.js'

const matching = (text: string, names?: Parameters<ReturnType<typeof compiled>>[1]): readonly number[] =>
  everyEvent.filter((event) => compiled(text)(event, names)).map(({ n }) => n)

function compiled(text: string) {
  const found = filterIn(text)
  if (!found.ok) throw new Error(explainFault(text, found.fault))
  return found.filter
}

const faultIn = (text: string): string => {
  const found = filterIn(text)
  return found.ok ? 'no fault' : explainFault(text, found.fault)
}

describe('a filter', () => {
  it('lets everything through when it is empty', () => {
    expect(matching('  ')).toHaveLength(everyEvent.length)
  })

  it('joins comparisons: & binds closer than |, ! closest, brackets first', () => {
    expect(matching('topic~offers & kind=msg & peer=12D3…')).toEqual([1])
    expect(matching('bid | kind=msg & dir=out')).toEqual([2, 3])
    expect(matching('(bid | msg) & dir=in')).toEqual([1, 2])
    expect(matching('!rpc & !verdict & !bid')).toEqual([5, 8, 9, 10, 11, 12])
  })

  it('takes an RPC for the kinds of all of its parts', () => {
    for (const kind of ['rpc', 'sub', 'ihave', 'iwant', 'graft', 'prune', 'idontwant']) {
      expect(matching(`kind=${kind}`)).toContain(4)
    }
    expect(matching('offer')).toEqual([1, 5])
  })

  it('holds for one of several values, and != for none', () => {
    expect(matching(`id=${messageId} & rpc`)).toEqual([1, 4])
    expect(matching(`id!=${messageId} & rpc`)).toEqual([3])
  })

  it('lets * and … stand for any text', () => {
    const end = ben.slice(-5)
    expect(matching(`peer=12D3…${end} & auction`)).toEqual([2])
    expect(matching('topic=overage*offers* & msg')).toEqual([1, 5])
    expect(matching('topic=overage*offers & msg')).toEqual([])
  })

  it('takes a name for a peer where it knows one', () => {
    const names = { nameOf: (peer: string) => (peer === ann ? 'ann' : undefined) }
    expect(matching('peer=ann & rpc', names)).toEqual([1])
    expect(matching('peer=ann & rpc')).toEqual([])
    expect(matching('buyer=ann', names)).toEqual([])
    expect(matching('seller=ann & auction', names)).toEqual([2])
  })

  it('compares numbers in the units in which people write them', () => {
    expect(compiled('quantity=8GB')(bid)).toBe(true)
    expect(compiled('quantity=8000MB')(bid)).toBe(true)
    expect(compiled('price>=9.5')(bid)).toBe(true)
    expect(compiled('price>9.5')(bid)).toBe(false)
    expect(compiled('bytes<=0.7KB')(rpc)).toBe(true)
    expect(compiled('bytes<0.6kb')(rpc)).toBe(false)
    expect(compiled('delay=40ms')(rpc)).toBe(true)
    expect(compiled('delay<=0.04s & delay>39999us')(rpc)).toBe(true)
    expect(compiled('delay>1ms')(bid)).toBe(false)
    expect(matching('score<-10')).toEqual([9])
  })

  it('reads a text in quotes with any character in it', () => {
    expect(matching('topic~"OFFERS" & kind="graft" & mesh')).toEqual([8])
    expect(matching('topic="a \\"b\\" (c)"')).toEqual([])
  })
})

describe('a fault in a filter', () => {
  it('points at the character and says what was expected', () => {
    expect(faultIn('topic~offers & & peer=x')).toBe(
      "topic~offers & & peer=x\n               ^ expected a field, a kind, '!' or '('",
    )
    expect(faultIn('(msg | bid')).toBe("(msg | bid\n          ^ expected '&', '|' or ')'")
    expect(faultIn('msg bid')).toBe("msg bid\n    ^ expected '&', '|' or the end")
    expect(faultIn('bytes~9')).toContain("\n     ^ expected '=', '!=', '<', '<=', '>' or '>=': bytes is a number")
    expect(faultIn('topic<9')).toContain("\n     ^ expected '=', '!=' or '~': topic is a text")
    expect(faultIn('delay>250')).toBe('delay>250\n      ^ expected a time with its unit such as 250ms, 2s or 400us')
    expect(faultIn('quantity>5')).toContain('^ expected a quantity with its unit such as 5GB or 500MB')
    expect(faultIn('peers=x')).toMatch(/^peers=x\n\^ expected one of kind, node, peer/)
    expect(faultIn('kind=mesage')).toMatch(/\n {5}\^ expected one of rpc/)
    expect(faultIn('topic=')).toBe('topic=\n      ^ expected a value')
    expect(faultIn('topic="a')).toContain("\n      ^ expected '\"' at the end")
    expect(faultIn('topic')).toContain("\n     ^ expected '=', '!='")
  })

  it('is found in what is too long or too deep, without a stack of that depth', () => {
    expect(faultIn('!'.repeat(900))).toContain('at most 50 brackets')
    expect(faultIn('x'.repeat(1_001))).toContain('at most 1000 characters')
  })
})
