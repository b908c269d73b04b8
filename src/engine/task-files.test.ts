import { expect, test } from 'vitest';
import { loadTasks, paramMeta, summarise } from './tasks.ts';

test('every task whose target may be a file says which files, and no other does', async () => {
  for (const task of await loadTasks()) {
    const takes = Object.entries(paramMeta(task)).filter(
      ([, { kind, target }]) => target && (kind === 'path' || kind === 'upload'),
    );
    for (const [name, { files = [] }] of takes) {
      expect(files, `${task.id}: ${name}`).not.toHaveLength(0);
      for (const ending of files) expect(ending, `${task.id}: ${name}`).toMatch(/^(\*|\.[a-z0-9.]+)$/);
    }
    const { files } = summarise(task);
    expect(files.length > 0, task.id).toBe(takes.length > 0);
  }
});
