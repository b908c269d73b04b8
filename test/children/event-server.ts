/** A server that does the triggers on events of a store until it is ended. With `die` it kills itself inside of its first start. */
import { startEventReader } from '../../src/workflows/triggers/event-reader.ts';
import { openWorld } from '../workflows/trigger-world.ts';

const [place = '{}', mode = ''] = process.argv.slice(2);
const app = await openWorld(JSON.parse(place));
const { store, workflows } = app.services;
const reader = startEventReader({
  store,
  starter: {
    ...workflows,
    async startInside(context, order) {
      const started = await workflows.startInside(context, order);
      if (mode === 'die') process.kill(process.pid, 'SIGKILL');
      return started;
    },
  },
  mayRun: async () => null,
  clock: Date.now,
  onProblem: (error) => console.error(error),
});
const staying = setInterval(() => undefined, 1_000);
process.once('SIGTERM', async () => {
  clearInterval(staying);
  await reader[Symbol.asyncDispose]();
  await app.close();
  process.exit(0);
});
