import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
/** Packages of many small files that every command needs. All others are found where they are: some have native parts or read their own files. */
const PACKED = [
  'kysely',
  'zod',
  'yaml',
  'commander',
  'croner',
  'picocolors',
  '@marcbachmann/cel-js',
  'fast-string-truncated-width',
];

/** Writes the command line with all that it may load into the folder, `main.js` first. Gives the sources in it, as full paths. */
export async function bundleTo(folder: string): Promise<string[]> {
  const { rolldown } = await import('rolldown');
  const sources = new Set<string>();
  const built = await rolldown({
    input: MAIN,
    platform: 'node',
    // What it remarks about chunks is for nobody; an error is thrown.
    logLevel: 'silent',
    external: (id) => !/^[./\0]/.test(id) && !PACKED.some((name) => id === name || id.startsWith(`${name}/`)),
    plugins: [
      {
        name: 'places',
        transform(code, id) {
          if (id.includes('/node_modules/') || id.startsWith('\0')) return null;
          sources.add(id);
          return withPlaces(id, code);
        },
      },
    ],
  });
  await built.write({ dir: folder, format: 'esm', entryFileNames: 'main.js' });
  await built.close();
  return [...sources].sort();
}

/** A module that asks where it stands gets the place of its source: threads and child processes start from there. */
function withPlaces(id: string, code: string): string {
  const placed = code
    .replaceAll('import.meta.url', () => JSON.stringify(pathToFileURL(id).href))
    .replaceAll('import.meta.dirname', () => JSON.stringify(dirname(id)))
    .replaceAll('import.meta.filename', () => JSON.stringify(id));
  if (/\bimport\.meta\b/.test(placed)) throw new Error(`${id} uses more of import.meta than its place`);
  return placed;
}
