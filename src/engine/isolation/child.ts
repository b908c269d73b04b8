/** The program of a run's process as the sources have it: every task, and tasks of plug-ins. */
import { TASKS } from '../../plugins/tasks.ts';
import { startChild } from './child-main.ts';

startChild({
  tasks: TASKS,
  own: {
    async load(module, params) {
      const { importOwnTask } = await import('./own-module.ts');
      const { parseParams } = await import('../params.ts');
      const task = await importOwnTask(module);
      return { task, params: parseParams(task, params) };
    },
    async answer(question) {
      const { answer } = await import('./own-module.ts');
      return answer(question);
    },
  },
});
