import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import type { NewEvent } from '../../src/model/event.ts';
import type { Severity } from '../../src/model/severity.ts';
import type { EventTriggerSpec } from '../../src/model/workflow.ts';
import { type EventReader, startEventReader } from '../../src/workflows/triggers/event-reader.ts';
import type { MayRun, Starter } from '../../src/workflows/triggers/starter.ts';
import {
  addTrigger,
  pauseTrigger,
  resumeTrigger,
  type TriggerRow,
} from '../../src/workflows/triggers/trigger-rows.ts';
import { type PostgresServer, postgresPrograms, startPostgres } from '../servers/postgres.ts';
import {
  anybody,
  definitionOf,
  emit,
  eventsOf,
  OWNER,
  openWorld,
  PROJECT,
  runsOf,
  SHORT,
  saveWorkflow,
  stepOf,
  textInput,
  withFolder,
} from './trigger-world.ts';

const SERVER = fileURLToPath(new URL('../children/event-server.ts', import.meta.url));
const bin = postgresPrograms();

describe('event triggers on sqlite', () => contract(async (dataDir) => ({ dataDir })));

describe.skipIf(!bin)(
  bin ? 'event triggers on postgres' : 'event triggers on postgres (skipped: no PostgreSQL is installed)',
  () => {
    let server: PostgresServer;
    let count = 0;
    beforeAll(async () => {
      server = await startPostgres(bin as string);
    });
    afterAll(() => server?.stop());
    contract(async (dataDir) => ({ dataDir, databaseUrl: await server.database(`events_${++count}`) }));
  },
);

interface World {
  app: App;
  place: { dataDir: string; databaseUrl?: string };
  reader: EventReader;
  open(starter?: Partial<Starter>): EventReader;
  add(workflow: string, spec?: Partial<EventTriggerSpec>, project?: string): Promise<TriggerRow>;
  row(id: string): Promise<TriggerRow>;
  failed: unknown[];
}

function found(severity: Severity, project = PROJECT, path = 'a.py'): NewEvent {
  return {
    type: 'finding.created',
    project,
    actor: OWNER,
    subject: `fnd_${severity}`,
    run: 'run_1',
    data: {
      finding: `fnd_${severity}`,
      rule: 'rule-1',
      title: 'Title',
      severity,
      location: { kind: 'file', path },
    },
  };
}

function contract(placeOf: (dataDir: string) => Promise<{ dataDir: string; databaseUrl?: string }>): void {
  function inWorld(
    work: (world: World) => Promise<void>,
    { mayRun = anybody, begun = true }: { mayRun?: MayRun; begun?: boolean } = {},
  ): Promise<void> {
    return withFolder(async (dataDir) => {
      const place = await placeOf(dataDir);
      const app = await openWorld(place);
      const { store, workflows } = app.services;
      const failed: unknown[] = [];
      const readers: EventReader[] = [];
      const open = (starter: Partial<Starter> = {}) => {
        const reader = startEventReader({
          store,
          starter: { ...workflows, ...starter },
          mayRun,
          clock: Date.now,
          onProblem: (error) => failed.push(error),
        });
        readers.push(reader);
        return reader;
      };
      let reader: EventReader | undefined;
      if (begun) {
        reader = open();
        await reader.look();
      }
      try {
        await work({
          app,
          place,
          failed,
          open,
          reader: reader as EventReader,
          add: (workflow, spec = {}, project = PROJECT) =>
            store.write({ lane: 'run' }, (context) =>
              addTrigger(
                context,
                {
                  kind: 'event',
                  spec: { type: 'finding.created', query: null, inputs: {}, ...spec },
                  project,
                  workflow,
                  source: 'manual',
                  name: 'on-finding',
                  principal: OWNER,
                },
                { actor: OWNER, now: Date.now() },
              ),
            ),
          row: (id) =>
            store.db
              .selectFrom('workflow_trigger')
              .selectAll()
              .where('id', '=', id)
              .executeTakeFirstOrThrow(),
        });
      } finally {
        for (const one of readers) await one[Symbol.asyncDispose]();
        await app.close();
      }
    });
  }

  test('starts a run for each event that matches, with inputs from the event', () =>
    inWorld(async ({ app, reader, add, row, failed }) => {
      const workflow = await saveWorkflow(app, definitionOf({ inputs: { rule: textInput() } }));
      const { id } = await add(workflow, {
        query: 'severity:high,critical',
        inputs: { rule: '${{ event.data.rule }} at ${{ event.data.location.path }}' },
      });
      await emit(app, found('high'), found('low'), found('critical'), found('critical', 'prj_other'));
      await reader.look();
      const runs = await runsOf(app, workflow);
      expect(runs.map((run) => [run.inputs.rule, run.trigger_kind, run.depth])).toEqual([
        ['rule-1 at a.py', 'event', 0],
        ['rule-1 at a.py', 'event', 0],
      ]);
      expect(runs[0]?.data.event).toMatchObject({ type: 'finding.created', data: { severity: 'high' } });
      expect(await row(id)).toMatchObject({ last_run: runs[1]?.id });
      expect(failed).toEqual([]);
    }));

  test('nothing that happened before it was saved or let go on starts it', () =>
    inWorld(async ({ app, reader, add, row }) => {
      const workflow = await saveWorkflow(app, definitionOf({}));
      const other = await saveWorkflow(app, definitionOf({ name: 'other' }));
      await add(other, { query: 'severity:info' });
      await reader.look();
      const { store } = app.services;
      await emit(app, found('high'));
      const { id } = await add(workflow);
      await emit(app, found('high'));
      await reader.look();
      expect(await runsOf(app, workflow)).toHaveLength(1);
      const paused = await store.write({ lane: 'run' }, async (context) =>
        pauseTrigger(context, await row(id), { actor: OWNER, now: Date.now(), note: 'quiet' }),
      );
      await emit(app, found('high'));
      await store.write({ lane: 'run' }, (context) => resumeTrigger(context, paused, { actor: OWNER }));
      await emit(app, found('high'));
      await reader.look();
      expect(await runsOf(app, workflow)).toHaveLength(2);
    }));

  test('what happened between the saving of the first trigger and the first reader is not lost', () =>
    inWorld(
      async ({ app, add, open }) => {
        const workflow = await saveWorkflow(app, definitionOf({}));
        await emit(app, found('high'));
        await add(workflow);
        await emit(app, found('high'));
        const reader = open();
        await reader.look();
        expect(await runsOf(app, workflow)).toHaveLength(1);
        await emit(app, found('high'));
        await reader.look();
        expect(await runsOf(app, workflow)).toHaveLength(2);
      },
      { begun: false },
    ));

  test('what happens while no server runs is done by the next one', () =>
    inWorld(async ({ app, reader, add, open }) => {
      const workflow = await saveWorkflow(app, definitionOf({}));
      await add(workflow);
      await reader.look();
      await reader[Symbol.asyncDispose]();
      await emit(app, found('high'), found('low'));
      await open().look();
      expect(await runsOf(app, workflow)).toHaveLength(2);
    }));

  test('several readers and each event once', () =>
    inWorld(async ({ app, reader, add, open, failed }) => {
      const workflow = await saveWorkflow(app, definitionOf({ steps: [SHORT] }));
      await add(workflow);
      const readers = [reader, open(), open()];
      for (let round = 0; round < 10; round += 1) {
        await emit(app, ...Array.from({ length: 12 }, () => found('high')));
        await Promise.all(readers.map((one) => one.look()));
      }
      expect(await runsOf(app, workflow)).toHaveLength(120);
      expect(failed).toEqual([]);
    }));

  test('does not start itself with an event of its own run, nor in a circle; five times pause it', () =>
    inWorld(async ({ app, reader, add, row }) => {
      const workflow = await saveWorkflow(app, definitionOf({ steps: [SHORT] }));
      const { id } = await add(workflow, { type: 'workflow-run.created' });
      const { startInside } = app.services.workflows;
      const start = () =>
        app.services.store.write({ lane: 'run' }, (context) =>
          startInside(context, {
            project: PROJECT,
            principal: OWNER,
            definition: definitionOf({ steps: [SHORT] }),
            workflow: { id: workflow, revision: 1 },
            inputs: {},
            trigger: { kind: 'manual', id: null },
          }),
        );
      for (let n = 1; n <= 4; n += 1) await start();
      await reader.look();
      expect(await runsOf(app, workflow)).toHaveLength(4);
      expect(await row(id)).toMatchObject({ paused: null });
      expect((await eventsOf(app, 'trigger.stopped'))[0]?.reason).toMatch(/its own run/);
      await start();
      await reader.look();
      expect(await row(id)).toMatchObject({ paused: expect.any(Number), event_type: null });
      expect(await eventsOf(app, 'trigger.paused')).toHaveLength(1);
      expect(await runsOf(app, workflow)).toHaveLength(5);
      // Let go on again, it counts from nothing.
      const paused = await row(id);
      await app.services.store.write({ lane: 'run' }, (context) =>
        resumeTrigger(context, paused, { actor: OWNER }),
      );
      await start();
      await reader.look();
      expect(await row(id)).toMatchObject({ paused: null });
    }));

  test('two workflows that start each other come to an end', () =>
    inWorld(async ({ app, reader, add }) => {
      const one = await saveWorkflow(app, definitionOf({ name: 'one', steps: [SHORT] }));
      const two = await saveWorkflow(app, definitionOf({ name: 'two', steps: [SHORT] }));
      await add(one, { type: 'workflow-run.created', query: 'name:two' });
      await add(two, { type: 'workflow-run.created', query: 'name:one' });
      await add(two);
      await emit(app, found('high'));
      for (let n = 0; n < 10; n += 1) await reader.look();
      const runs = [...(await runsOf(app, one)), ...(await runsOf(app, two))];
      expect(runs.map((run) => run.depth).sort()).toEqual([0, 1, 2, 3, 4, 5]);
      expect((await eventsOf(app, 'trigger.stopped'))[0]?.reason).toMatch(/5 are the most/);
    }));

  test(
    'events of a run that an operation of a step started come from that workflow, also those that are told later',
    () =>
      inWorld(async ({ app, reader, add }) => {
        const vector = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
        const params = { task: 'cvss', params: { vector } };
        const definition = definitionOf({
          steps: [stepOf({ name: 'begin', operation: 'runs.start', params })],
        });
        const workflow = await saveWorkflow(app, definition);
        // Nothing but the row of the run says where its end comes from.
        await add(workflow, { type: 'run.ended' });
        const { id } = await app.services.workflows.start({
          project: PROJECT,
          principal: OWNER,
          definition,
          workflow: { id: workflow, revision: 1 },
          inputs: {},
          trigger: { kind: 'manual', id: null },
        });
        await expect.poll(() => app.services.workflows.whenEnded(id), { timeout: 15_000 }).toBe('done');
        const ended = async () => (await eventsOf(app, 'run.ended')).length;
        await expect.poll(ended, { timeout: 15_000 }).toBe(1);
        await reader.look();
        expect(await runsOf(app, workflow)).toHaveLength(1);
        expect((await eventsOf(app, 'trigger.stopped'))[0]?.reason).toMatch(/its own run/);
      }),
    30_000,
  );

  test(
    'events of the runs of its tasks count as its own',
    () =>
      inWorld(async ({ app, reader, add }) => {
        const vector = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
        const definition = definitionOf({
          steps: [stepOf({ name: 'score', task: 'cvss', params: { vector } })],
        });
        const workflow = await saveWorkflow(app, definition);
        await add(workflow, { type: 'run.created' });
        const { id } = await app.services.workflows.start({
          project: PROJECT,
          principal: OWNER,
          definition,
          workflow: { id: workflow, revision: 1 },
          inputs: {},
          trigger: { kind: 'manual', id: null },
        });
        await expect.poll(() => app.services.workflows.whenEnded(id), { timeout: 15_000 }).toBe('done');
        await reader.look();
        expect(await runsOf(app, workflow)).toHaveLength(1);
        expect((await eventsOf(app, 'trigger.stopped')).length).toBeGreaterThan(0);
      }),
    30_000,
  );

  test('inputs that the event does not have stop it, others go on', () =>
    inWorld(async ({ app, reader, add, row }) => {
      const wrong = await saveWorkflow(app, definitionOf({ name: 'wrong', inputs: { a: textInput() } }));
      const good = await saveWorkflow(app, definitionOf({ name: 'good' }));
      const one = await add(wrong, { inputs: { a: '${{ event.data.nothing }}' } });
      const two = await add(wrong, { inputs: { b: 'no such input' } });
      await add(good);
      for (let n = 0; n < 5; n += 1) await emit(app, found('high'));
      await reader.look();
      expect(await runsOf(app, good)).toHaveLength(5);
      expect(await runsOf(app, wrong)).toEqual([]);
      expect((await row(one.id)).pause_note).toMatch(/nothing/);
      expect((await row(two.id)).pause_note).toMatch(/input/);
    }));

  test('is paused when nobody may run it any more', () =>
    inWorld(
      async ({ app, reader, add, row }) => {
        const workflow = await saveWorkflow(app, definitionOf({}));
        const { id } = await add(workflow);
        await emit(app, found('high'), found('high'));
        await reader.look();
        expect(await runsOf(app, workflow)).toEqual([]);
        expect(await row(id)).toMatchObject({ pause_note: 'locked', paused_by: 'system', event_type: null });
        expect(await eventsOf(app, 'trigger.paused')).toHaveLength(1);
      },
      { mayRun: async () => 'locked' },
    ));

  test(
    'what fails inside is tried again and then given up, and the events behind it are done',
    () =>
      inWorld(async ({ app, reader, add, open, failed }) => {
        await reader[Symbol.asyncDispose]();
        const bad = await saveWorkflow(app, definitionOf({ name: 'bad' }));
        const good = await saveWorkflow(app, definitionOf({ name: 'good' }));
        await add(bad, { query: 'severity:high' });
        await add(good, { query: 'severity:low' });
        const { startInside } = app.services.workflows;
        const broken = open({
          startInside(context, order) {
            if (order.definition.name === 'bad') throw new TypeError('broken inside');
            return startInside(context, order);
          },
        });
        await emit(app, found('high'), found('low'));
        for (let n = 0; n < 12; n += 1) await broken.look();
        expect(await runsOf(app, good)).toHaveLength(1);
        expect(await runsOf(app, bad)).toEqual([]);
        expect(failed.length).toBeGreaterThanOrEqual(5);
        expect((await eventsOf(app, 'trigger.stopped'))[0]?.reason).toMatch(/failed inside/);
      }),
    40_000,
  );

  test('a step that waits for an event goes on with it, and with no other', () =>
    inWorld(async ({ app, reader }) => {
      const wait = { until: null, event: { type: 'finding.created', query: 'path:b.py' }, timeout: null };
      const { workflows, store } = app.services;
      const { id } = await workflows.start({
        project: PROJECT,
        principal: OWNER,
        definition: definitionOf({ steps: [stepOf({ name: 'listen', wait })] }),
        workflow: null,
        inputs: {},
        trigger: { kind: 'manual', id: null },
      });
      const status = async () =>
        (await store.db.selectFrom('workflow_run').select('status').where('id', '=', id).executeTakeFirst())
          ?.status;
      await emit(app, found('high'), found('high', 'prj_other', 'b.py'));
      await reader.look();
      expect(await status()).toBe('waiting');
      await emit(app, found('high', PROJECT, 'b.py'));
      await reader.look();
      await expect.poll(status).toBe('done');
      const step = await store.db
        .selectFrom('workflow_step')
        .select('output')
        .where('run', '=', id)
        .executeTakeFirst();
      expect(JSON.parse(step?.output ?? 'null')).toMatchObject({ type: 'finding.created', severity: 'high' });
    }));

  test(
    'servers that are killed at any moment lose no event and start for none twice',
    () =>
      inWorld(async ({ app, place, reader, add }) => {
        const workflow = await saveWorkflow(
          app,
          definitionOf({ steps: [SHORT], inputs: { path: textInput() } }),
        );
        await add(workflow, { inputs: { path: '${{ event.data.location.path }}' } });
        await reader.look();
        await reader[Symbol.asyncDispose]();
        let sent = 0;
        const send = (count: number) =>
          emit(app, ...Array.from({ length: count }, () => found('high', PROJECT, `file-${sent++}`)));
        const child = (mode: string): ChildProcess =>
          spawn(process.execPath, [SERVER, JSON.stringify(place), mode], {
            stdio: ['ignore', 'ignore', 'inherit'],
          });
        const ended = (one: ChildProcess) =>
          new Promise((resolve) =>
            (one.exitCode ?? one.signalCode) === null ? one.once('exit', resolve) : resolve(0),
          );
        await send(20);
        const dying = child('die');
        await ended(dying);
        expect(dying.signalCode).toBe('SIGKILL');
        expect(await runsOf(app, workflow)).toEqual([]);
        for (let round = 0; round < 3; round += 1) {
          const two = [child(''), child('')];
          const before = (await runsOf(app, workflow)).length;
          await send(60);
          await expect
            .poll(async () => (await runsOf(app, workflow)).length, { timeout: 20_000, interval: 10 })
            .toBeGreaterThan(before);
          await sleep(40 * round);
          for (const one of two) one.kill('SIGKILL');
          await Promise.all(two.map(ended));
        }
        const last = child('');
        await expect
          .poll(async () => (await runsOf(app, workflow)).length, { timeout: 20_000 })
          .toBeGreaterThanOrEqual(sent);
        last.kill('SIGTERM');
        await ended(last);
        const paths = (await runsOf(app, workflow)).map((run) => String(run.inputs.path));
        expect(paths.toSorted()).toEqual(Array.from({ length: sent }, (_, n) => `file-${n}`).toSorted());
      }),
    90_000,
  );

  test('wakes by itself', () =>
    inWorld(async ({ app, add }) => {
      const workflow = await saveWorkflow(app, definitionOf({}));
      await add(workflow);
      await emit(app, found('high'));
      await expect.poll(async () => (await runsOf(app, workflow)).length, { timeout: 5_000 }).toBe(1);
    }));
}
