/**
 * A server that does the schedules of a store with a clock in which a minute takes 100 ms, until it is ended. With `die` it
 * kills itself inside of its first transaction.
 */
import { startSchedules } from '../../src/workflows/triggers/schedule-loop.ts';
import { openWorld } from '../workflows/trigger-world.ts';

const [place = '{}', , mode = ''] = process.argv.slice(2);
const [begin, die] = mode.split(':');
const app = await openWorld(JSON.parse(place));
const { store, workflows } = app.services;
const loop = startSchedules({
  store,
  starter: {
    ...workflows,
    async startInside(context, order) {
      const started = await workflows.startInside(context, order);
      if (die) process.kill(process.pid, 'SIGKILL');
      return started;
    },
  },
  mayRun: async () => null,
  clock: () => Date.parse('2026-01-05T00:00Z') + (Date.now() - Number(begin)) * 600,
  onProblem: (error) => console.error(error),
});
const looking = setInterval(() => void loop.look(), 50);
process.once('SIGTERM', async () => {
  clearInterval(looking);
  await loop[Symbol.asyncDispose]();
  await app.close();
  process.exit(0);
});
