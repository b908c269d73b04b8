import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import type { ScheduleSpec } from '../../src/model/workflow.ts';
import { type ScheduleLoop, startSchedules } from '../../src/workflows/triggers/schedule-loop.ts';
import {
  addSchedule,
  changeSchedule,
  pauseSchedule,
  resumeSchedule,
  type ScheduleRow,
} from '../../src/workflows/triggers/schedule-rows.ts';
import type { MayRun } from '../../src/workflows/triggers/starter.ts';
import { syncDefinition } from '../../src/workflows/triggers/sync-definition.ts';
import { type PostgresServer, postgresPrograms, startPostgres } from '../servers/postgres.ts';
import {
  anybody,
  definitionOf,
  eventsOf,
  OWNER,
  openWorld,
  PROJECT,
  runsOf,
  SHORT,
  saveWorkflow,
  textInput,
  withFolder,
} from './trigger-world.ts';

const SERVER = fileURLToPath(new URL('../children/schedule-server.ts', import.meta.url));
const bin = postgresPrograms();

describe('schedules on sqlite', () => contract(async (dataDir) => ({ dataDir })));

describe.skipIf(!bin)(
  bin ? 'schedules on postgres' : 'schedules on postgres (skipped: no PostgreSQL is installed)',
  () => {
    let server: PostgresServer;
    let count = 0;
    beforeAll(async () => {
      server = await startPostgres(bin as string);
    });
    afterAll(() => server?.stop());
    contract(async (dataDir) => ({ dataDir, databaseUrl: await server.database(`schedules_${++count}`) }));
  },
);

interface Place {
  dataDir: string;
  databaseUrl?: string;
}

interface World {
  app: App;
  place: Place;
  clock: { now: number };
  loop: ScheduleLoop;
  /** Sets the clock and looks. */
  at(text: string): Promise<void>;
  add(workflow: string, spec?: Partial<ScheduleSpec>): Promise<ScheduleRow>;
  row(id: string): Promise<ScheduleRow>;
}

const time = (text: string) => Date.parse(`2026-${text}Z`);

function contract(placeOf: (dataDir: string) => Promise<Place>): void {
  function inWorld(work: (world: World) => Promise<void>, mayRun: MayRun = anybody): Promise<void> {
    return withFolder(async (dataDir) => {
      const place = await placeOf(dataDir);
      const app = await openWorld(place);
      const { store, workflows } = app.services;
      const clock = { now: time('01-05T00:00') };
      const failed: unknown[] = [];
      const loop = startSchedules({
        store,
        starter: workflows,
        mayRun,
        clock: () => clock.now,
        onProblem: (error) => failed.push(error),
      });
      try {
        await work({
          app,
          place,
          clock,
          loop,
          async at(text) {
            clock.now = time(text);
            await loop.look();
          },
          add: (workflow, spec = {}) =>
            store.write({ lane: 'run' }, (context) =>
              addSchedule(context, newSchedule(workflow, spec), { actor: OWNER, now: clock.now }),
            ),
          row: (id) =>
            store.db.selectFrom('schedule').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
        });
        expect(failed).toEqual([]);
      } finally {
        await loop[Symbol.asyncDispose]();
        await app.close();
      }
    });
  }

  test('starts a run when its time comes, once, with its inputs and its principal', () =>
    inWorld(async ({ app, add, at, row }) => {
      const workflow = await saveWorkflow(app, definitionOf({ inputs: { place: textInput() } }));
      const { id } = await add(workflow, { inputs: { place: 'here' } });
      await at('01-05T01:59');
      expect(await runsOf(app, workflow)).toHaveLength(0);
      await at('01-05T02:00:01');
      await at('01-05T02:00:02');
      const [run, ...more] = await runsOf(app, workflow);
      expect(more).toEqual([]);
      expect(run).toMatchObject({
        trigger_kind: 'schedule',
        principal: OWNER,
        inputs: { place: 'here' },
        data: { time: '2026-01-05T02:00:00.000Z' },
      });
      expect(await row(id)).toMatchObject({
        due: time('01-06T02:00'),
        last_due: time('01-05T02:00'),
        last_run: run?.id,
      });
    }));

  test('makes up for missed times as it is told, and says so', () =>
    inWorld(async ({ app, add, at }) => {
      const names = ['none', 'one', 'all'] as const;
      const workflows = await Promise.all(names.map((name) => saveWorkflow(app, definitionOf({ name }))));
      for (const [n, catch_up] of names.entries())
        await add(workflows[n] as string, { catch_up, overlap: 'allow' });
      await at('01-08T12:00');
      const counts = await Promise.all(workflows.map(async (one) => (await runsOf(app, one)).length));
      expect(counts).toEqual([0, 1, 4]);
      const told = await eventsOf(app, 'schedule.missed');
      expect(told.map(({ times, done }) => [times, done])).toEqual([
        [4, 'none'],
        [4, 'one'],
        [4, 'all'],
      ]);
    }));

  test('a clock that goes back starts nothing twice', () =>
    inWorld(async ({ app, add, at, clock, row }) => {
      const workflow = await saveWorkflow(app, definitionOf({}));
      const { id } = await add(workflow, { overlap: 'allow' });
      await at('01-05T02:00:01');
      await at('01-05T01:00');
      await at('01-05T02:00:05');
      // Also when somebody touches it meanwhile.
      clock.now = time('01-05T01:30');
      const before = await row(id);
      await app.services.store.write({ lane: 'run' }, async (context) => {
        const paused = await pauseSchedule(context, before, { actor: OWNER, now: clock.now, note: 'look' });
        const resumed = await resumeSchedule(context, paused, { actor: OWNER, now: clock.now });
        await changeSchedule(context, resumed, { name: 'other' }, { actor: OWNER, now: clock.now });
      });
      await at('01-05T02:00:20');
      expect(await runsOf(app, workflow)).toHaveLength(1);
    }));

  test('a run that is still at work: skip, queue, allow, cancel', () =>
    inWorld(async ({ app, add, at }) => {
      const names = ['skip', 'queue', 'allow', 'cancel'] as const;
      const workflows = await Promise.all(names.map((name) => saveWorkflow(app, definitionOf({ name }))));
      for (const [n, overlap] of names.entries()) await add(workflows[n] as string, { overlap });
      await at('01-05T02:00:01');
      await at('01-06T02:00:01');
      const [skip, queue, allow, cancel] = await Promise.all(workflows.map((one) => runsOf(app, one)));
      expect(skip).toHaveLength(1);
      expect(await eventsOf(app, 'schedule.skipped')).toHaveLength(1);
      expect(queue?.map((run) => run.section)).toEqual(['steps', 'held']);
      expect(allow?.map((run) => run.status)).not.toContain('cancelled');
      expect(allow).toHaveLength(2);
      expect(cancel).toHaveLength(2);
      expect(cancel?.[0]?.status).toBe('cancelled');
      expect(cancel?.[1]?.status).not.toBe('cancelled');
      await app.services.workflows.cancel(queue?.[0]?.id as string, { project: PROJECT });
      expect((await runsOf(app, workflows[1] as string)).map((run) => run.section)).not.toContain('held');
    }));

  test('is paused with the reason when nobody may run it any more, and not silently', () => {
    let reason: string | null = null;
    return inWorld(
      async ({ app, add, at, row }) => {
        const workflow = await saveWorkflow(app, definitionOf({}));
        const { id } = await add(workflow);
        reason = 'The account bob is locked.';
        await at('01-05T02:00:01');
        expect(await runsOf(app, workflow)).toEqual([]);
        expect(await row(id)).toMatchObject({ due: null, paused_by: 'system', pause_note: reason });
        expect(await eventsOf(app, 'schedule.paused')).toEqual([{ name: 'nightly', note: reason }]);
        reason = null;
        const paused = await row(id);
        await app.services.store.write({ lane: 'run' }, (context) =>
          resumeSchedule(context, paused, { actor: OWNER, now: time('01-05T12:00') }),
        );
        await at('01-06T02:00:01');
        expect(await runsOf(app, workflow)).toHaveLength(1);
        expect(await eventsOf(app, 'schedule.missed')).toEqual([]);
      },
      async () => reason,
    );
  });

  test('is paused when its inputs do not fit, or its workflow is gone; others go on', () =>
    inWorld(async ({ app, add, at, row }) => {
      const wrong = await saveWorkflow(app, definitionOf({ name: 'wrong', inputs: { place: textInput() } }));
      const gone = await saveWorkflow(app, definitionOf({ name: 'gone' }));
      const good = await saveWorkflow(app, definitionOf({ name: 'good' }));
      const [one, two] = [await add(wrong), await add(gone), await add(good)];
      await app.services.store.write({ lane: 'run' }, ({ tx }) =>
        tx.updateTable('workflow').set({ removed: 1 }).where('id', '=', gone).execute(),
      );
      await at('01-05T02:00:01');
      expect((await row(one.id)).pause_note).toMatch(/place/);
      expect((await row(two.id)).pause_note).toMatch(/removed/);
      expect(await runsOf(app, good)).toHaveLength(1);
      expect(await runsOf(app, wrong)).toEqual([]);
    }));

  test('one that cannot be read is paused and holds up no other', () =>
    inWorld(async ({ app, add, at, row }) => {
      const workflow = await saveWorkflow(app, definitionOf({}));
      const broken = await add(workflow);
      await app.services.store.write({ lane: 'run' }, ({ tx }) =>
        tx
          .updateTable('schedule')
          .set({ spec: JSON.stringify({ ...JSON.parse(broken.spec), cron: 'H H * * *' }) })
          .where('id', '=', broken.id)
          .execute(),
      );
      await add(workflow);
      await at('01-05T02:00:01');
      expect((await row(broken.id)).pause_note).toMatch(/cron/);
      expect(await runsOf(app, workflow)).toHaveLength(1);
    }));

  test('follows the document of its workflow: same ones stay, with their pause; own ones stay', () =>
    inWorld(async ({ app, add, row, clock }) => {
      const { store } = app.services;
      const workflow = await saveWorkflow(app, definitionOf({}));
      const manual = await add(workflow);
      const spec = newSchedule(workflow, {}).spec;
      const save = (schedule: ScheduleSpec[], actor = OWNER) =>
        store.write({ lane: 'run' }, (context) =>
          syncDefinition(
            context,
            { id: workflow, project: PROJECT },
            definitionOf({ on: { manual: true, schedule, event: [], webhook: [] } }),
            actor,
          ),
        );
      const ofDocument = () =>
        store.db
          .selectFrom('schedule')
          .selectAll()
          .where('source', '=', 'definition')
          .orderBy('id')
          .execute();
      await save([spec, { ...spec, cron: '0 5 * * *' }]);
      const [kept, other] = await ofDocument();
      await store.write({ lane: 'run' }, (context) =>
        pauseSchedule(context, kept as ScheduleRow, { actor: OWNER, now: clock.now, note: 'holiday' }),
      );
      await save([{ ...spec, cron: '0 6 * * *' }, spec]);
      const after = await ofDocument();
      expect(after).toHaveLength(2);
      expect(after.find(({ id }) => id === kept?.id)).toMatchObject({ pause_note: 'holiday', due: null });
      expect(after.map(({ id }) => id)).not.toContain(other?.id);
      expect(await row(manual.id)).toMatchObject({ paused: null });

      // What it runs is now up to somebody who may not act for its principal.
      await save([spec], 'usr_other');
      expect((await row(manual.id)).pause_note).toMatch(/usr_other/);
      expect((await ofDocument()).map(({ principal }) => principal)).toEqual(['usr_other']);
    }));

  test('wakes by itself: for a schedule that is made, and when its time comes', () =>
    inWorld(async ({ app, add, clock }) => {
      const workflow = await saveWorkflow(app, definitionOf({}));
      clock.now = time('01-05T01:59:59.900');
      const started = performance.now();
      Object.defineProperty(clock, 'now', {
        get: () => time('01-05T01:59:59.900') + Math.round(performance.now() - started),
      });
      await add(workflow);
      await expect.poll(async () => (await runsOf(app, workflow)).length, { timeout: 5_000 }).toBe(1);
    }));

  const spawned = (place: Place, workflow: string, mode: string): ChildProcess =>
    spawn(process.execPath, [SERVER, JSON.stringify(place), workflow, mode], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  const ended = (child: ChildProcess) =>
    new Promise((resolve) =>
      (child.exitCode ?? child.signalCode) !== null ? resolve(0) : child.once('exit', resolve),
    );

  /** A minute of the servers' clock takes 100 ms: it begins with the schedule. */
  async function fastSchedule({ app, add, clock }: World): Promise<string> {
    const workflow = await saveWorkflow(app, definitionOf({ steps: [SHORT] }));
    clock.now = time('01-05T00:00');
    await add(workflow, { cron: '* * * * *', catch_up: 'all', overlap: 'allow' });
    return workflow;
  }

  async function eachMinuteOnce(app: App, workflow: string): Promise<number> {
    const times = (await runsOf(app, workflow)).map((run) => Date.parse(String(run.data.time)));
    times.sort((a, b) => a - b);
    const expected = times.map((_, n) => time('01-05T00:01') + n * 60_000);
    expect(times).toEqual(expected);
    return times.length;
  }

  test(
    'two servers and each time once',
    () =>
      inWorld(async (world) => {
        const workflow = await fastSchedule(world);
        await world.loop[Symbol.asyncDispose]();
        const begin = String(Date.now());
        const children = [1, 2].map(() => spawned(world.place, workflow, begin));
        await expect
          .poll(async () => (await runsOf(world.app, workflow)).length, { timeout: 20_000, interval: 200 })
          .toBeGreaterThan(40);
        for (const child of children) child.kill('SIGTERM');
        await Promise.all(children.map(ended));
        expect(await eachMinuteOnce(world.app, workflow)).toBeGreaterThan(40);
      }),
    40_000,
  );

  test(
    'servers that are killed at any moment lose no time and do none twice',
    () =>
      inWorld(async (world) => {
        const workflow = await fastSchedule(world);
        await world.loop[Symbol.asyncDispose]();
        // One that dies inside of each transaction does nothing.
        const dying = spawned(world.place, workflow, `${Date.now()}:die`);
        await ended(dying);
        expect(dying.signalCode).toBe('SIGKILL');
        expect(await runsOf(world.app, workflow)).toEqual([]);
        // From here on: on a busy machine more would be due at once than are caught up.
        const begin = String(Date.now());
        for (let round = 0; round < 3; round += 1) {
          const child = spawned(world.place, workflow, begin);
          const before = (await runsOf(world.app, workflow)).length;
          await expect
            .poll(async () => (await runsOf(world.app, workflow)).length, { timeout: 20_000, interval: 50 })
            .toBeGreaterThan(before);
          await sleep(37 * round);
          child.kill('SIGKILL');
          await ended(child);
        }
        expect(await eachMinuteOnce(world.app, workflow)).toBeGreaterThan(10);
      }),
    60_000,
  );
}

function newSchedule(workflow: string, spec: Partial<ScheduleSpec>) {
  return {
    project: PROJECT,
    workflow,
    source: 'manual',
    name: 'nightly',
    principal: OWNER,
    spec: {
      cron: '0 2 * * *',
      zone: 'UTC',
      jitter: 0,
      catch_up: 'one',
      overlap: 'skip',
      inputs: {},
      ...spec,
    },
  } as const;
}
