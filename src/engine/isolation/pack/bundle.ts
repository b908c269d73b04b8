import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const CHILD_MAIN = fileURLToPath(new URL('../child-main.ts', import.meta.url));
const TASKS = fileURLToPath(new URL('../../../plugins/tasks', import.meta.url));
/** No file: its text is made here. */
const ENTRY = fileURLToPath(new URL('./entry.ts', import.meta.url));

export interface Bundle {
  /** A function expression that takes `exports`, `require` and `module`. */
  program: string;
  /** Every file in it, with the hash of what was read. */
  inputs: [path: string, sha256: string][];
}

/** The program of a run's process with one task, as one script. Throws when the task cannot be bundled. */
export async function bundle(task: string): Promise<Bundle> {
  const { rolldown } = await import('rolldown');
  const inputs = new Map<string, string>();
  const built = await rolldown({
    input: ENTRY,
    platform: 'node',
    plugins: [
      {
        name: 'sources',
        resolveId: (id) => (id === ENTRY ? id : null),
        load(id) {
          if (id === ENTRY) return entryOf(task);
          if (id.startsWith('\0')) return null;
          const text = readFileSync(id, 'utf8');
          inputs.set(id, createHash('sha256').update(text).digest('hex'));
          return withPlaces(id, text);
        },
      },
    ],
  });
  const { output } = await built.generate({ format: 'cjs', codeSplitting: false });
  await built.close();
  if (output.length !== 1) throw new Error(`${task} gives ${output.length} files`);
  return {
    program: `(function (exports, require, module) {${output[0].code}\n})`,
    inputs: [...inputs].sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}

function entryOf(task: string): string {
  return [
    `import task from ${JSON.stringify(`${TASKS}/${task}/index.ts`)};`,
    `import { startChild } from ${JSON.stringify(CHILD_MAIN)};`,
    'export const start = (codeCache) =>',
    `  startChild({ tasks: { ${JSON.stringify(task)}: async () => ({ default: task }) }, codeCache });`,
  ].join('\n');
}

/** A module that asks where it stands gets the place of its source. */
function withPlaces(id: string, text: string): string {
  const placed = text.replaceAll('import.meta.url', () => JSON.stringify(pathToFileURL(id).href));
  if (/\bimport\.meta\b/.test(placed)) throw new Error(`${id} uses more of import.meta than its url`);
  return placed;
}
