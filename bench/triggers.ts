/**
 * How fast the reader of the log passes events that start nothing: without any trigger, with a trigger for another type (sorted
 * out by the database), and with one of the same type whose query does not match. `node bench/triggers.ts [postgres://…]`
 */

import type { App } from '../src/app.ts';
import type { NewEvent } from '../src/model/event.ts';
import { startEventReader } from '../src/workflows/triggers/event-reader.ts';
import { addTrigger } from '../src/workflows/triggers/trigger-rows.ts';
import {
  anybody,
  definitionOf,
  OWNER,
  openWorld,
  PROJECT,
  saveWorkflow,
  withFolder,
} from '../test/workflows/trigger-world.ts';

const EVENTS = 200_000;
const BATCH = 2_000;

const event = (n: number): NewEvent => ({
  type: 'finding.created',
  project: PROJECT,
  actor: OWNER,
  subject: `fnd_${n}`,
  run: `run_${n % 50}`,
  data: {
    finding: `fnd_${n}`,
    rule: `rule-${n % 20}`,
    title: 'A title of the usual length',
    severity: 'medium',
    location: { kind: 'file', path: `src/part-${n % 100}/file-${n}.py` },
  },
});

await withFolder(async (dataDir) => {
  const app = await openWorld({ dataDir, databaseUrl: process.argv[2] });
  const { store, workflows } = app.services;
  for (let n = 0; n < EVENTS; n += BATCH)
    await store.write({ lane: 'bulk' }, async ({ emit }) => {
      for (let one = n; one < n + BATCH; one += 1) emit(event(one));
    });
  const workflow = await saveWorkflow(app, definitionOf({}));
  // A reader that stood at the beginning when the events came.
  const rewind = (type: string | null) =>
    store.write({ lane: 'run' }, async ({ tx }) => {
      await tx.updateTable('workflow_trigger').set({ event_type: type }).execute();
      await tx.deleteFrom('reader_cursor').execute();
      await tx
        .insertInto('reader_cursor')
        .values({ reader: 'workflow-triggers', epoch: store.epoch, seq: 0, updated: 0 })
        .execute();
    });
  await rewind(null);
  await measure(app, 'no trigger');
  await store.write({ lane: 'run' }, (context) =>
    addTrigger(
      context,
      {
        kind: 'event',
        spec: { type: 'finding.created', query: 'severity:critical path:src/part-7/', inputs: {} },
        project: PROJECT,
        workflow,
        source: 'manual',
        name: 'bench',
        principal: OWNER,
      },
      { actor: OWNER, now: Date.now() },
    ),
  );
  await rewind('finding.created');
  await measure(app, 'same type, query does not match');
  await store.write({ lane: 'run' }, ({ tx }) =>
    tx
      .updateTable('workflow_trigger')
      .set({ spec: JSON.stringify({ type: 'run.ended', query: 'status:failed', inputs: {} }) })
      .execute(),
  );
  await rewind('run.ended');
  await measure(app, 'another type');
  await app.close();

  async function measure({ services }: App, name: string): Promise<void> {
    const cpu = process.cpuUsage();
    const started = performance.now();
    const reader = startEventReader({
      store: services.store,
      starter: workflows,
      mayRun: anybody,
      clock: Date.now,
      onProblem: (error) => console.error(error),
    });
    await reader.look();
    const seconds = (performance.now() - started) / 1000;
    await reader[Symbol.asyncDispose]();
    const { user, system } = process.cpuUsage(cpu);
    console.log(
      `${name}: ${Math.round(EVENTS / seconds).toLocaleString('en')} events/s (${((user + system) / EVENTS).toFixed(2)} µs of CPU each)`,
    );
  }
});
