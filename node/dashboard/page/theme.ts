/** Light or dark, for what is drawn on a canvas: style sheets see to themselves. */
import { useEffect, useState } from 'preact/hooks'

const query = matchMedia('(prefers-color-scheme: dark)')

export const isDark = (): boolean => query.matches

/** Returns a function that ends it. */
export function onThemeChange(listener: () => void): () => void {
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}

/** Draws anew when it changes. */
export function useDark(): boolean {
  const [dark, setDark] = useState(isDark())
  useEffect(() => onThemeChange(() => setDark(isDark())), [])
  return dark
}
