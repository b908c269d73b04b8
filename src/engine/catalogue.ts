import { closest } from '../lib/closest.ts';
import { SentinelError } from '../lib/errors.ts';
import type { AnyTask } from '../plugin/task.ts';
import type { OwnTasks } from './own-tasks/own-tasks.ts';
import { isBuiltIn, loadTask, loadTasks, taskIds } from './tasks.ts';

export type Catalogue = ReturnType<typeof openCatalogue>;

/** Every task that may run now: those that come with SentinelX, and those of plug-ins that were allowed. */
export function openCatalogue(own: OwnTasks) {
  return {
    async load(id: string): Promise<AnyTask> {
      if (isBuiltIn(id)) return loadTask(id);
      const task = await own.find(id);
      if (task) return task;
      const near = closest(id, [...taskIds(), ...(await own.tasks()).map((one) => one.id)]);
      throw new SentinelError(
        'unknown-task',
        `There is no task '${id}'.${near ? ` Did you mean '${near}'?` : ''}`,
      );
    },

    async all(): Promise<AnyTask[]> {
      const tasks: AnyTask[] = [...(await loadTasks()), ...(await own.tasks())];
      return tasks.sort((a, b) => (a.id < b.id ? -1 : 1));
    },
  };
}
