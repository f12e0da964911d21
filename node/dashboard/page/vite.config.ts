import { defineConfig } from 'vite'

export default defineConfig({
  // Served at the root of a node's API, whatever its port.
  base: './',
  build: {
    outDir: '../../../dist/dashboard',
    emptyOutDir: true,
    target: 'es2022',
    // The page runs nothing but its own files: no data: addresses, no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
})
