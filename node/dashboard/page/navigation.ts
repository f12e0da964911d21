/** The ways through the page by keyboard: along the rows of a table, back with Escape, and to where one was when one comes back. */
import { linkTo } from './state.js'

/** The link that was followed from each place in this tab's history. */
const followed = new Map<number, string>()
let places = 0

const placeNow = (): number | undefined => (history.state as { readonly place?: number } | null)?.place

/** Call it when the page begins. */
export function beginHistory(): void {
  places = placeNow() ?? 0
  if (placeNow() === undefined) history.replaceState({ place: places }, '')
  document.addEventListener('click', ({ target }) => {
    const link = target instanceof Element ? target.closest('main a[href^="#/"]') : null
    const place = placeNow()
    if (link !== null && place !== undefined) followed.set(place, link.getAttribute('href')!)
  })
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.defaultPrevented) goBack()
  })
}

/** A new view begins at its head; one that somebody comes back to, at the link that they had followed. */
export function focusIn(main: HTMLElement): void {
  const place = placeNow()
  if (place === undefined) {
    places += 1
    history.replaceState({ place: places }, '')
  }
  const href = place === undefined ? undefined : followed.get(place)
  const link = href && main.querySelector<HTMLElement>(`a[href="${CSS.escape(href)}"]`)
  if (link) link.focus()
  else {
    main.focus()
    scrollTo(0, 0)
  }
}

/** From one sale, offer or person to where one came from. */
function goBack(): void {
  if (!/^#\/(sale|offer|person)\//.test(location.hash)) return
  if ((placeNow() ?? 0) > 0) history.back()
  else location.hash = linkTo('')
}

/** Along a column with up and down, along a row with left and right, from link to link. */
export function walkTable(event: KeyboardEvent): void {
  const { target } = event
  const cell = target instanceof Element ? target.closest('td') : null
  const row = cell?.parentElement
  const rows = row?.parentElement?.children
  if (!(target instanceof HTMLAnchorElement) || !cell || !row || !rows) return
  const links = [...row.querySelectorAll('a')]
  const at = [...rows].indexOf(row)
  const next = {
    ArrowUp: () => linkIn(rows[at - 1], cell.cellIndex),
    ArrowDown: () => linkIn(rows[at + 1], cell.cellIndex),
    Home: () => linkIn(rows[0], cell.cellIndex),
    End: () => linkIn(rows[rows.length - 1], cell.cellIndex),
    ArrowLeft: () => links[links.indexOf(target) - 1],
    ArrowRight: () => links[links.indexOf(target) + 1],
  }[event.key]
  if (next === undefined) return
  next()?.focus()
  event.preventDefault()
}

/** Of the same column, where that has one. */
function linkIn(row: Element | undefined, column: number): HTMLAnchorElement | undefined {
  const links = [row?.children[column], row].map((part) => part?.querySelector('a') ?? undefined)
  return links.find((link) => link !== undefined)
}
