import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What a run's process may import must lie in the copy itself: Node's permission model judges the real path. */
const COPIED = new Set(['zod', 'yaml', 'ae-cvss-calculator']);

/** The whole product in another folder with one task more, the way any task is added: a folder and a line in the list. */
export function copyProductWithTask(folder: string, id: string, file: string): void {
  cpSync(join(ROOT, 'src'), join(folder, 'src'), { recursive: true });
  for (const name of ['package.json', 'samples'])
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  mkdirSync(join(folder, 'node_modules'));
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    const from = join(ROOT, 'node_modules', name);
    const to = join(folder, 'node_modules', name);
    if (COPIED.has(name)) cpSync(from, to, { recursive: true });
    else symlinkSync(from, to);
  }
  mkdirSync(join(folder, 'src/plugins/tasks', id));
  const task = readFileSync(file, 'utf8').replace("'../../src/plugin/task.ts'", "'../../../plugin/task.ts'");
  writeFileSync(join(folder, 'src/plugins/tasks', id, 'index.ts'), task);
  const list = join(folder, 'src/plugins/tasks.ts');
  const text = readFileSync(list, 'utf8');
  const line = `export const TASKS = {\n  ${id}: () => import('./tasks/${id}/index.ts'),`;
  const changed = text.replace('export const TASKS = {', line);
  if (changed === text)
    throw new Error('src/plugins/tasks.ts has another form now: change product-with-task.ts');
  writeFileSync(list, changed);
}
