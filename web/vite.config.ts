import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** What the first page of a signed-in user may load, compressed (script and style, without fonts). */
const SHELL_BUDGET_KB = 270;

// A server that is started with another NODE_ENV (by a test, in a developer's shell) still serves the finished app, and not
// React with its development checks.
if (process.argv.includes('build')) process.env.NODE_ENV = 'production';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), shellBudget()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // The policy has no `data:` for fonts and no inline scripts: nothing may be inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  server: {
    proxy: {
      '/api': 'http://localhost:8000',
      '/auth': 'http://localhost:8000',
      '/ws': { target: 'ws://localhost:8000', ws: true },
    },
  },
});

/** Prints the compressed size of what the entry needs at once, and fails the build when it is over the budget. */
function shellBudget(): Plugin {
  return {
    name: 'shell-budget',
    apply: 'build',
    generateBundle(_options, bundle) {
      const entry = Object.values(bundle).find((file) => file.type === 'chunk' && file.isEntry);
      if (entry?.type !== 'chunk') return;
      const names = new Set<string>();
      const visit = (name: string): void => {
        const file = bundle[name];
        if (names.has(name) || file?.type !== 'chunk') return;
        names.add(name);
        for (const css of file.viteMetadata?.importedCss ?? []) names.add(css);
        file.imports.forEach(visit);
      };
      visit(entry.fileName);
      const total = [...names].reduce((sum, name) => {
        const file = bundle[name];
        const body = file?.type === 'chunk' ? file.code : (file?.source ?? '');
        return sum + gzipSync(body).length;
      }, 0);
      const kb = total / 1024;
      this.info(`app shell: ${kb.toFixed(1)} KB gzip of ${SHELL_BUDGET_KB} KB`);
      if (kb > SHELL_BUDGET_KB) this.error(`the app shell is over its budget of ${SHELL_BUDGET_KB} KB`);
    },
  };
}
