import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from './children.ts';

/** What a run's process may import must lie in the copy itself: Node's permission model judges the real path. */
const COPIED = new Set(['zod']);

/** The whole product in another folder with one task more, the way any task is added: a folder and a line in the list. */
export function copyWithFloodTask(folder: string): void {
  cpSync(join(ROOT, 'src'), join(folder, 'src'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  mkdirSync(join(folder, 'node_modules'));
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    const from = join(ROOT, 'node_modules', name);
    const to = join(folder, 'node_modules', name);
    if (COPIED.has(name)) cpSync(from, to, { recursive: true });
    else symlinkSync(from, to);
  }
  const task = readFileSync(fileURLToPath(new URL('flood-task.ts', import.meta.url)), 'utf8');
  mkdirSync(join(folder, 'src/plugins/tasks/flood'));
  writeFileSync(
    join(folder, 'src/plugins/tasks/flood/index.ts'),
    task.replace("'../../src/plugin/task.ts'", "'../../../plugin/task.ts'"),
  );
  const list = join(folder, 'src/plugins/tasks.ts');
  const text = readFileSync(list, 'utf8');
  const line = "export const TASKS = {\n  flood: () => import('./tasks/flood/index.ts'),";
  const changed = text.replace('export const TASKS = {', line);
  if (changed === text) throw new Error('src/plugins/tasks.ts has another form now: change product-copy.ts');
  writeFileSync(list, changed);
}
