import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin, type Rolldown } from 'vite';
import { compressedFiles } from './compressed-files.ts';

/** What the page to sign in may load, compressed (script and style, without fonts). */
const SIGN_IN_BUDGET_KB = 190;

/**
 * A file for what is always needed together: each of a hundred small ones costs the browser about as much as its bytes. The first group
 * that takes a module keeps it, with all that it imports.
 */
const GROUPS = [
  // Apart from the app, so that it runs before that has come.
  { name: 'start', test: /web\/src\/start\.ts$|vite\/preload-helper/, priority: 4 },
  { name: 'sign-in', test: /web\/src\/(main\.tsx|features\/sign-in\/sign-in-page\.tsx)$/, priority: 3 },
  { name: 'shell', test: /web\/src\/app\/(frame|shell)\.tsx$/, priority: 2 },
  {
    name: 'first-pages',
    test: /web\/src\/features\/(overview|findings|runs)\/(overview-page|findings-page|runs-page|load-\w+)\.tsx?$/,
    priority: 1.5,
  },
  { name: 'shared', minShareCount: 6, priority: 1 },
];

/** What is drawn first is nearly all of these. */
const COMPILED_AT_ONCE = ['start', 'sign-in', 'shell', 'first-pages', 'shared'];

// A server that is started with another NODE_ENV (by a test, in a developer's shell) still serves the finished app, and not
// React with its development checks.
if (process.argv.includes('build')) process.env.NODE_ENV = 'production';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), earlyFiles(), compiledAtOnce(), signInBudget(), compressedFiles()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // The policy has no `data:` for fonts and no inline scripts: nothing may be inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
    rolldownOptions: { output: { codeSplitting: { groups: GROUPS } } },
  },
  server: {
    proxy: {
      '/api': 'http://localhost:8000',
      '/auth': 'http://localhost:8000',
      '/ws': { target: 'ws://localhost:8000', ws: true },
    },
  },
});

/** The files of the page to sign in, which every page begins with. */
function signInFiles(bundle: Rolldown.OutputBundle): string[] {
  const names = new Set<string>();
  const visit = (name: string): void => {
    const file = bundle[name];
    if (names.has(name) || file?.type !== 'chunk') return;
    names.add(name);
    for (const css of file.viteMetadata?.importedCss ?? []) names.add(css);
    file.imports.forEach(visit);
  };
  for (const file of Object.values(bundle))
    if (file.type === 'chunk' && ['start', 'sign-in'].includes(file.name)) visit(file.fileName);
  return [...names];
}

/** Names in the page what its first script would ask for only after it has come: the app, and the font of all texts. */
function earlyFiles(): Plugin {
  return {
    name: 'early-files',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle = {} }) {
        const preload = (attrs: Record<string, string | true>) =>
          ({ tag: 'link', attrs, injectTo: 'head' }) as const;
        const font = Object.keys(bundle).find((name) =>
          /ibm-plex-sans-latin-wght-normal.*\.woff2$/.test(name),
        );
        return [
          ...(font
            ? [
                preload({
                  rel: 'preload',
                  href: `/${font}`,
                  as: 'font',
                  type: 'font/woff2',
                  crossorigin: true,
                }),
              ]
            : []),
          ...signInFiles(bundle)
            .filter((name) => !html.includes(name))
            .map((name) =>
              name.endsWith('.css')
                ? // As its link asks for it; asked for otherwise it would come twice.
                  preload({ rel: 'preload', href: `/${name}`, as: 'style', crossorigin: true })
                : preload({ rel: 'modulepreload', href: `/${name}`, crossorigin: true }),
            ),
        ];
      },
    },
  };
}

/**
 * Asks the browser to compile all functions of a file while it comes, beside the main thread: else the main thread compiles each of
 * some 1,700 when it is first called, which was a third of its work until the first page stood.
 */
function compiledAtOnce(): Plugin {
  return {
    name: 'compiled-at-once',
    apply: 'build',
    generateBundle: {
      // It must be the first line, and Vite puts one of its own before what was there.
      order: 'post',
      handler(_options, bundle) {
        for (const file of Object.values(bundle))
          if (file.type === 'chunk' && COMPILED_AT_ONCE.includes(file.name))
            file.code = `//# allFunctionsCalledOnLoad\n${file.code}`;
      },
    },
  };
}

/** Prints the compressed size of what the page to sign in needs, and fails the build when it is over the budget. */
function signInBudget(): Plugin {
  return {
    name: 'sign-in-budget',
    apply: 'build',
    generateBundle(_options, bundle) {
      const total = signInFiles(bundle).reduce((sum, name) => {
        const file = bundle[name];
        const body = file?.type === 'chunk' ? file.code : (file?.source ?? '');
        return sum + gzipSync(body).length;
      }, 0);
      const kb = total / 1024;
      this.info(`page to sign in: ${kb.toFixed(1)} KB gzip of ${SIGN_IN_BUDGET_KB} KB`);
      if (kb > SIGN_IN_BUDGET_KB)
        this.error(`the page to sign in is over its budget of ${SIGN_IN_BUDGET_KB} KB`);
    },
  };
}
