import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  // No preset: Vite reads jsxImportSource from tsconfig.json.
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022', modulePreload: false, assetsInlineLimit: 0, reportCompressedSize: false },
})
