import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { type PostgresServer, postgresPrograms, startPostgres } from '../servers/postgres.ts';
import {
  cvss,
  go,
  type Opened,
  open,
  order,
  PROJECT,
  pause,
  scan,
  step,
  tell,
  until,
  VECTOR,
  workflow,
} from './kit.ts';

const bin = postgresPrograms();

describe('on the embedded store', () => suite(async () => undefined));

describe.skipIf(!bin)(bin ? 'on PostgreSQL' : 'on PostgreSQL (skipped: none is installed)', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres(bin as string);
  });
  afterAll(() => server?.stop());
  suite(() => server.database('workflows'));
});

function suite(database: () => Promise<string | undefined>): void {
  let opened: Opened;
  let app: App;
  beforeAll(async () => {
    opened = await open(await database());
    app = opened.app;
  }, 30_000);
  afterAll(() => opened.close());

  test('steps run when their needs have ended, see what these gave, and the run gives its outputs', async () => {
    const told = await go(
      app,
      workflow(
        [
          scan('scan'),
          cvss('score', {
            for_each: "steps.scan.findings.filter(f, f.severity == 'critical').map(f, f.rule)",
            depends_on: ['scan'],
          }),
          step('list', { operation: 'runs.list', params: { limit: 5, task: 'cvss' }, depends_on: ['score'] }),
        ],
        {
          inputs: { least: input('integer', 3) },
          outputs: {
            found: '${{ size(steps.scan.findings) }}',
            scores: '${{ steps.score.items.map(i, i.output.vectors[0].score) }}',
            listed: '${{ size(steps.list.output.items) >= inputs.least }}',
            text: 'found ${{ steps.scan.counts.new + steps.scan.counts.seen }}',
          },
        },
      ),
      { inputs: { least: 1 } },
    );
    expect(told.status).toBe('done');
    const { found, scores, text } = told.outputs as { found: number; scores: number[]; text: string };
    expect(found).toBeGreaterThan(5);
    expect(scores.length).toBeGreaterThan(0);
    expect(new Set(scores)).toEqual(new Set([9.8]));
    expect(told.outputs?.listed).toBe(true);
    expect(text).toBe(`found ${found}`);
  });

  test('a condition skips a step and what needs it goes on; a failure stops what needs it and nothing else', async () => {
    const told = await go(
      app,
      workflow(
        [
          cvss('no', { condition: '1 > 2' }),
          cvss('after_no', { depends_on: ['no'], condition: "steps.no.status == 'skipped'" }),
          cvss('bad', { params: { vector: 'nonsense' } }),
          cvss('after_bad', { depends_on: ['bad'] }),
          cvss('tolerated', { params: { vector: 'nonsense' }, continue_on_error: true }),
          cvss('after_tolerated', { depends_on: ['tolerated'] }),
        ],
        {
          on_failure: [cvss('tell', { condition: "steps.bad.error.code == 'invalid-parameter'" })],
          finally: [cvss('end')],
        },
      ),
    );
    expect(told).toMatchObject({
      status: 'failed',
      error: 'invalid-parameter',
      steps: {
        no: 'skipped',
        after_no: 'done',
        bad: 'failed: invalid-parameter',
        after_bad: 'skipped: dependency-failed',
        tolerated: 'failed: invalid-parameter',
        after_tolerated: 'done',
        tell: 'done',
        end: 'done',
      },
    });
  });

  test('an expression that cannot be evaluated fails its step with what and where', async () => {
    const told = await go(
      app,
      workflow([
        cvss('a', { params: { vector: '${{ steps.b.output.nothing.here }}' }, depends_on: ['b'] }),
        cvss('b'),
      ]),
    );
    expect(told.steps).toMatchObject({ a: 'failed: invalid-expression' });
    const row = await app.services.store.db
      .selectFrom('workflow_step')
      .select('error_message')
      .where('run', '=', told.id)
      .where('name', '=', 'a')
      .executeTakeFirstOrThrow();
    expect(row.error_message).toMatch(/vector.*nothing/);
  });

  test('a step is tried again with back-off, each attempt is kept', async () => {
    const told = await go(
      app,
      workflow([
        step('once', { operation: 'projects.create', params: { slug: 'retry-me', name: 'Retry' } }),
        step('twice', {
          operation: 'projects.create',
          params: { slug: 'retry-me', name: 'Retry' },
          depends_on: ['once'],
          retry: { max: 2, backoff: 20 },
          continue_on_error: true,
        }),
      ]),
    );
    expect(told).toMatchObject({
      status: 'partial',
      steps: { once: 'done', twice: 'failed: already-exists' },
    });
    const attempts = await app.services.store.db
      .selectFrom('workflow_attempt')
      .selectAll()
      .where('run', '=', told.id)
      .where('name', '=', 'twice')
      .orderBy('attempt')
      .execute();
    expect(attempts.map((row) => [Number(row.attempt), row.status])).toEqual([
      [1, 'failed'],
      [2, 'failed'],
      [3, 'failed'],
    ]);
    expect(Number(attempts[2]?.started) - Number(attempts[1]?.ended)).toBeGreaterThanOrEqual(35);
  });

  test('items run as many at a time as the step allows, and their order is kept', async () => {
    const told = await go(
      app,
      workflow([cvss('each', { for_each: 'range(7)', concurrency: 2, params: { vector: VECTOR } })], {
        outputs: { items: '${{ steps.each.items.map(i, i.item) }}' },
      }),
    );
    expect(told.outputs).toEqual({ items: [0, 1, 2, 3, 4, 5, 6] });
    const attempts = await app.services.store.db
      .selectFrom('workflow_attempt')
      .select(['started', 'ended'])
      .where('run', '=', told.id)
      .execute();
    expect(attempts).toHaveLength(7);
    expect(most(attempts)).toBeLessThanOrEqual(2);
  });

  test('a wait for an event goes on with the event that its query means', async () => {
    const { workflows, store } = app.services;
    const { id } = await workflows.start(
      order(
        workflow(
          [
            step('wait', {
              wait: { until: null, event: { type: 'project.created', query: 'slug:x' }, timeout: null },
            }),
          ],
          {
            outputs: { got: '${{ steps.wait.output.slug }}' },
          },
        ),
      ),
    );
    const event = (slug: string, seq = 1_000_000_000) => ({
      cursor: `${store.epoch}:${seq}`,
      id: `evt_${slug}`,
      time: Date.now(),
      type: 'project.created',
      v: 1,
      project: PROJECT,
      actor: 'usr_1',
      subject: 'prj_2',
      run: null,
      data: { slug },
    });
    const matches = (query: string, { data }: { data: Record<string, unknown> }) =>
      query === `slug:${data.slug}`;
    await store.write({ lane: 'run' }, (context) => workflows.deliverEvent(context, event('y'), matches));
    expect((await tell(app, id)).status).toBe('waiting');
    await store.write({ lane: 'run' }, (context) => workflows.deliverEvent(context, event('x', 1), matches));
    expect((await tell(app, id)).status, 'an event from before the wait').toBe('waiting');
    await store.write({ lane: 'run' }, (context) => workflows.deliverEvent(context, event('x'), matches));
    await workflows.whenEnded(id);
    expect(await tell(app, id)).toMatchObject({ status: 'done', outputs: { got: 'x' } });
  });

  test('an approval is asked for once, decided once, by those who may', async () => {
    const { workflows, store } = app.services;
    const { id } = await workflows.start(
      order(
        workflow([
          cvss('score'),
          cvss('go', {
            depends_on: ['score'],
            approval: {
              roles: ['manager'],
              timeout: null,
              message: 'Score ${{ steps.score.output.vectors[0].score }}?',
            },
          }),
        ]),
      ),
    );
    const asked = await until(() =>
      store.db.selectFrom('approval').selectAll().where('run', '=', id).executeTakeFirst(),
    );
    expect(asked.message).toBe('Score 9.8?');
    expect((await tell(app, id)).status).toBe('waiting');
    const decision = { principal: 'usr_2', project: PROJECT, approve: true, comment: 'fine' };
    await expect(
      workflows.decide(asked.id, { ...decision, mayDecide: async () => false }),
    ).rejects.toMatchObject({ code: 'forbidden' });
    const both = await Promise.allSettled([
      workflows.decide(asked.id, { ...decision, mayDecide: async () => true }),
      workflows.decide(asked.id, { ...decision, approve: false, mayDecide: async () => true }),
    ]);
    expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    await workflows.whenEnded(id);
  });

  test('an approval that nobody gives in time fails its step and is closed', async () => {
    const told = await go(
      app,
      workflow([step('ask', { approval: { roles: [], timeout: 60, message: null } })]),
    );
    expect(told).toMatchObject({ status: 'failed', steps: { ask: 'failed: approval-expired' } });
    const row = await app.services.store.db
      .selectFrom('approval')
      .select('status')
      .where('run', '=', told.id)
      .executeTakeFirstOrThrow();
    expect(row.status).toBe('expired');
  });

  test('a cancel ends what runs and what waits, and `finally` runs once all the same', async () => {
    const { workflows, store } = app.services;
    const { id } = await workflows.start(
      order(
        workflow([pause('long', 60_000), pause('also', 60_000, { depends_on: ['long'] })], {
          finally: [cvss('end')],
          on_failure: [cvss('never')],
        }),
      ),
    );
    await until(async () => (await tell(app, id)).steps.long === 'waiting');
    await workflows.cancel(id, { project: PROJECT });
    await workflows.whenEnded(id);
    expect(await tell(app, id)).toMatchObject({
      status: 'cancelled',
      steps: { long: 'cancelled', also: 'cancelled', end: 'done', never: 'skipped' },
    });
    await expect(workflows.cancel(id, { project: PROJECT })).rejects.toMatchObject({
      code: 'run-not-active',
    });
    const attempts = await store.db
      .selectFrom('workflow_attempt')
      .select('name')
      .where('run', '=', id)
      .execute();
    expect(attempts).toEqual([{ name: 'end' }]);
  });

  test('a cancel leaves what cleans up alone; a forced one ends that too, and the run', async () => {
    const { workflows, store } = app.services;
    const { id } = await workflows.start(
      order(
        workflow([cvss('first')], {
          finally: [pause('slow', 60_000), pause('behind', 60_000, { depends_on: ['slow'] })],
        }),
      ),
    );
    await until(async () => (await tell(app, id)).steps.slow === 'waiting');
    await workflows.cancel(id, { project: PROJECT });
    expect(await tell(app, id)).toMatchObject({
      steps: { first: 'done', slow: 'waiting', behind: 'pending' },
    });
    await workflows.cancel(id, { project: PROJECT, force: true });
    await workflows.whenEnded(id);
    expect(await tell(app, id)).toMatchObject({
      status: 'cancelled',
      steps: { first: 'done', slow: 'cancelled', behind: 'cancelled' },
    });
    const late = await store.db
      .selectFrom('workflow_step')
      .select('name')
      .where('run', '=', id)
      .where('due', 'is not', null)
      .execute();
    expect(late).toEqual([]);
  });

  test('a cancel ends the process of a step within the grace period', async () => {
    const { workflows, store } = app.services;
    const { id } = await workflows.start(
      order(workflow([step('scan', { task: 'secrets-scan', params: { path: '/usr/share' } })])),
    );
    const row = await until(() =>
      store.db
        .selectFrom('run')
        .selectAll()
        .where('workflow_run', '=', id)
        .where('status', '=', 'running')
        .executeTakeFirst(),
    );
    const from = Date.now();
    await workflows.cancel(id, { project: PROJECT });
    await workflows.whenEnded(id);
    expect(Date.now() - from).toBeLessThan(8_000);
    const after = await store.db
      .selectFrom('run')
      .select('status')
      .where('id', '=', row.id)
      .executeTakeFirstOrThrow();
    expect(['cancelled', 'done']).toContain(after.status);
    expect(['cancelled', 'done']).toContain((await tell(app, id)).status);
  });

  test('the timeout of a step ends its process, that of the run ends the rest, and on_failure runs', async () => {
    const slow = await go(
      app,
      workflow([step('scan', { task: 'secrets-scan', params: { path: '/usr/share' }, timeout: 150 })]),
    );
    expect(slow).toMatchObject({ status: 'failed', steps: { scan: 'failed: step-timeout' } });
    const whole = await go(
      app,
      workflow([cvss('first'), pause('long', 60_000)], {
        timeout: 300,
        on_failure: [cvss('tell')],
        finally: [cvss('end')],
      }),
    );
    expect(whole).toMatchObject({
      status: 'failed',
      error: 'workflow-timeout',
      steps: { long: 'cancelled', tell: 'done', end: 'done' },
    });
  });

  test('the time of a run that only waits runs as well', async () => {
    const told = await go(app, workflow([pause('long', 60_000)], { timeout: 150, finally: [cvss('end')] }));
    expect(told).toMatchObject({
      status: 'failed',
      error: 'workflow-timeout',
      steps: { long: 'cancelled', end: 'done' },
    });
  });

  test('a workflow is a step of another, ends with it and gives it its outputs', async () => {
    await save(
      app,
      'child',
      workflow([pause('wait', 30), cvss('score', { depends_on: ['wait'] })], {
        name: 'child',
        inputs: { word: input('string') },
        outputs: { said: '${{ inputs.word + "!" }}' },
      }),
    );
    const told = await go(
      app,
      workflow([step('call', { workflow: 'child', for_each: ['a', 'b'], params: { word: '${{ item }}' } })], {
        outputs: { all: '${{ steps.call.output.map(o, o.said) }}' },
      }),
    );
    expect(told).toMatchObject({ status: 'done', outputs: { all: ['a!', 'b!'] } });
    const wrong = await go(
      app,
      workflow([
        step('call', { workflow: 'child', params: { wrod: 'x' } }),
        step('none', { workflow: 'missing' }),
      ]),
    );
    expect(wrong.steps).toEqual({ call: 'failed: invalid-parameter', none: 'failed: not-found' });
  });

  test('workflows that start themselves end at the depth limit', async () => {
    await save(app, 'self', workflow([step('again', { workflow: 'self' })], { name: 'self' }));
    const told = await go(app, workflow([step('again', { workflow: 'self' })]));
    expect(told).toMatchObject({ status: 'failed', error: 'workflow-depth' });
  });

  test('a cancel of the outer run ends the inner one', async () => {
    await save(app, 'long', workflow([pause('wait', 60_000)], { name: 'long', finally: [cvss('end')] }));
    const { workflows, store } = app.services;
    const { id } = await workflows.start(order(workflow([step('call', { workflow: 'long' })])));
    const child = await until(() =>
      store.db
        .selectFrom('workflow_run')
        .select('id')
        .where('parent_run', '=', id)
        .where('status', '=', 'waiting')
        .executeTakeFirst(),
    );
    await workflows.cancel(id, { project: PROJECT });
    await workflows.whenEnded(id);
    expect(await tell(app, child.id)).toMatchObject({ status: 'cancelled', steps: { end: 'done' } });
    expect(await tell(app, id)).toMatchObject({ status: 'cancelled', steps: { call: 'cancelled' } });
  });

  test('a group has as many runs at work as it allows: the others wait, are not made, or take the place of the oldest', async () => {
    const { workflows } = app.services;
    const limited = (policy: 'queue' | 'skip' | 'cancel-oldest') =>
      workflow([pause('wait', 150)], {
        name: `limited-${policy}`,
        concurrency: { group: '', limit: 1, policy },
      });
    const first = await workflows.start(order(limited('queue')));
    const second = await workflows.start(order(limited('queue')));
    expect((await tell(app, second.id)).status).toBe('queued');
    await workflows.whenEnded(second.id);
    expect((await tell(app, first.id)).status).toBe('done');
    const [a, b] = await Promise.all(
      [first.id, second.id].map((id) =>
        app.services.store.db
          .selectFrom('workflow_step')
          .select(['started', 'ended'])
          .where('run', '=', id)
          .executeTakeFirstOrThrow(),
      ),
    );
    expect(b?.started).toBeGreaterThanOrEqual(Number(a?.ended));
    const one = await workflows.start(order(limited('skip')));
    await expect(workflows.start(order(limited('skip')))).rejects.toMatchObject({ code: 'not-possible-now' });
    await workflows.whenEnded(one.id);
    const oldest = await workflows.start(order(limited('cancel-oldest')));
    const newest = await workflows.start(order(limited('cancel-oldest')));
    await workflows.whenEnded(newest.id);
    expect((await tell(app, oldest.id)).status).toBe('cancelled');
    expect((await tell(app, newest.id)).status).toBe('done');
  });

  test('a run is repeated from where it failed, or from any step, with other inputs; the original is kept', async () => {
    const { workflows, store } = app.services;
    const definition = workflow(
      [
        cvss('first'),
        cvss('second', { params: { vector: '${{ inputs.vector }}' }, depends_on: ['first'] }),
        cvss('third', { depends_on: ['second'] }),
      ],
      {
        inputs: { vector: input('string') },
        outputs: { first: '${{ steps.first.output.vectors[0].score }}' },
      },
    );
    const failed = await go(app, definition, { inputs: { vector: 'nonsense' } });
    expect(failed.status).toBe('failed');
    const by = { principal: 'local:test', token: null, project: PROJECT };
    const again = await workflows.rerun(failed.id, { ...by, inputs: { vector: VECTOR } });
    await workflows.whenEnded(again.id);
    expect(await tell(app, again.id)).toMatchObject({
      status: 'done',
      outputs: { first: 9.8 },
      steps: { first: 'done', second: 'done', third: 'done' },
    });
    const attempts = await store.db
      .selectFrom('workflow_attempt')
      .select('name')
      .where('run', '=', again.id)
      .orderBy('name')
      .execute();
    expect(attempts.map((row) => row.name)).toEqual(['second', 'third']);
    expect((await tell(app, failed.id)).status).toBe('failed');
    const last = await workflows.rerun(again.id, { ...by, fromStep: 'third' });
    await workflows.whenEnded(last.id);
    expect(
      await store.db.selectFrom('workflow_attempt').select('name').where('run', '=', last.id).execute(),
    ).toEqual([{ name: 'third' }]);
    await expect(workflows.rerun(again.id, by)).rejects.toMatchObject({ code: 'not-possible-now' });
    await expect(workflows.rerun(again.id, { ...by, fromStep: 'nope' })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  test('steps with sample data give that and are not run', async () => {
    const told = await go(
      app,
      workflow([scan('scan', { sample: { output: { files: 1 }, findings: [{ severity: 'high' }] } })], {
        outputs: { high: "${{ size(steps.scan.findings.filter(f, f.severity == 'high')) }}" },
      }),
      { samples: true },
    );
    expect(told).toMatchObject({ status: 'done', outputs: { high: 1 } });
    expect(
      await app.services.store.db
        .selectFrom('run')
        .select('id')
        .where('workflow_run', '=', told.id)
        .execute(),
    ).toEqual([]);
  });

  test('an operation does what its one who started it may do', async () => {
    const told = await go(
      app,
      workflow([step('make', { operation: 'projects.create', params: { slug: 'nope', name: 'Nope' } })]),
      { principal: 'usr_gone' },
    );
    expect(told.steps.make).toMatch(/^failed: (not-found|forbidden)$/);
    const own = await go(app, workflow([step('me', { operation: 'account.get' })]));
    expect(own.steps).toEqual({ me: 'failed: not-found' });
  });

  test('events of what an operation changes name the run behind them', async () => {
    const told = await go(
      app,
      workflow([
        step('add', { operation: 'scope.add', params: { kind: 'host', value: 'cause.example.org' } }),
      ]),
    );
    expect(told.status).toBe('done');
    const event = await app.services.store.db
      .selectFrom('event')
      .select('cause')
      .where('type', '=', 'scope.added')
      .executeTakeFirstOrThrow();
    expect(JSON.parse(event.cause ?? 'null')).toEqual({ event: told.id, depth: 0 });
  });

  test('a retired task has its own code, and tasks end when nobody may start them any more', async () => {
    const told = await go(
      app,
      workflow([step('old', { task: 'shellcode-generator' }), step('odd', { task: 'no-such' })]),
    );
    expect(told.steps).toEqual({ old: 'failed: retired-task', odd: 'failed: unknown-task' });
    const gone = await go(app, workflow([cvss('a')]), { principal: 'usr_gone' });
    expect(gone.steps.a).toMatch(/^failed: (not-found|forbidden)$/);
  });

  test('what an operation changed is not changed again when it is tried again under its key', async () => {
    const { runOperationStep } = await import('../../src/operations/step.ts');
    const make = (key: string) =>
      runOperationStep(app.services, {
        operation: 'projects.create',
        params: { slug: `effect-${key}`, name: 'Effect' },
        principal: 'local:test',
        token: null,
        project: PROJECT,
        key,
        run: 'wfr_1',
      });
    const { db } = app.services.store;
    await make('one');
    await db.selectFrom('project').selectAll().where('slug', '=', 'effect-one').executeTakeFirstOrThrow();
    const audit = async () =>
      Number(
        (
          await db
            .selectFrom('audit_entry')
            .select((e) => e.fn.countAll().as('n'))
            .executeTakeFirstOrThrow()
        ).n,
      );
    const before = await audit();
    const again = await runOperationStep(app.services, {
      operation: 'projects.update',
      params: { id: 'prj_default', name: 'Renamed' },
      principal: 'local:test',
      token: null,
      project: PROJECT,
      key: 'one',
      run: 'wfr_1',
    });
    expect(again).toMatchObject({ slug: 'effect-one' });
    expect(await audit()).toBe(before);
    const row = await db
      .selectFrom('project')
      .select('name')
      .where('id', '=', 'prj_default')
      .executeTakeFirstOrThrow();
    expect(row.name).not.toBe('Renamed');
  });

  test('an operation that ends after its step has changes nothing', async () => {
    const { runOperationStep } = await import('../../src/operations/step.ts');
    const told = await go(app, workflow([pause('a', 1)]));
    const late = runOperationStep(app.services, {
      operation: 'scope.add',
      params: { kind: 'host', value: 'late.example.org' },
      principal: 'local:test',
      token: null,
      project: PROJECT,
      key: 'late',
      run: told.id,
      claim: { step: 'a', item: -1, fence: 7 },
    });
    await expect(late).rejects.toMatchObject({ code: 'not-possible-now' });
    const { db } = app.services.store;
    expect(
      await db.selectFrom('scope_entry').select('id').where('value', '=', 'late.example.org').execute(),
    ).toEqual([]);
  });

  test('the value of a secret reaches the task and is stored nowhere', async () => {
    const { store, secrets } = app.services;
    const vector = 'CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N';
    await store.write({ lane: 'interactive' }, (context) =>
      secrets.set(context, { project: PROJECT, name: 'vector' }, vector, 'usr_1'),
    );
    const told = await go(
      app,
      workflow(
        [
          cvss('use', { params: { vector: '${{ secrets.vector }}' } }),
          cvss('none', { params: { vector: '${{ secrets.missing }}' } }),
        ],
        {
          outputs: { score: '${{ steps.use.output.vectors[0].score }}' },
        },
      ),
    );
    expect(told).toMatchObject({ outputs: { score: 1.8 }, steps: { use: 'done' } });
    expect(told.steps.none).toMatch(/^failed: /);
    const { db } = store;
    const kept = JSON.stringify([
      await db.selectFrom('run').selectAll().where('workflow_run', '=', told.id).execute(),
      await db.selectFrom('workflow_step').selectAll().where('run', '=', told.id).execute(),
      await db.selectFrom('workflow_run').selectAll().where('id', '=', told.id).execute(),
      await db.selectFrom('event').selectAll().execute(),
    ]);
    expect(kept).not.toContain(vector);
    expect(kept).toContain('[secret vector]');
  });

  test('a dry run says what would run, where, with which powers, and does nothing', async () => {
    const definition = workflow(
      [
        scan('scan', { params: { path: '${{ inputs.path }}' }, labels: { zone: 'dmz' } }),
        cvss('score', { depends_on: ['scan'], for_each: 'steps.scan.findings' }),
        step('bad', { task: 'no-such-task' }),
      ],
      { inputs: { path: input('string') } },
    );
    const plan = await app.services.workflows.dryRun(definition, {
      inputs: { path: 'sample:shop' },
      principal: 'local:test',
      project: PROJECT,
    });
    expect(plan.steps).toMatchObject([
      {
        step: 'scan',
        does: 'task:secrets-scan',
        powers: ['read'],
        target: 'sample:shop',
        labels: { zone: 'dmz' },
        problem: null,
      },
      { step: 'score', does: 'task:cvss', needs: ['scan'], params: null, problem: null },
      { step: 'bad', problem: { code: 'unknown-task' } },
    ]);
  });

  test('a thousand items with few places end, none is lost and none is done twice', async () => {
    const told = await go(
      app,
      workflow([step('each', { for_each: 'range(1000)', operation: 'runs.list', params: { limit: 1 } })], {
        outputs: { n: '${{ size(steps.each.items.filter(i, i.status == "done")) }}' },
      }),
    );
    expect(told).toMatchObject({ status: 'done', outputs: { n: 1000 } });
    const { n } = await app.services.store.db
      .selectFrom('workflow_attempt')
      .select((e) => e.fn.countAll().as('n'))
      .where('run', '=', told.id)
      .executeTakeFirstOrThrow();
    expect(Number(n)).toBe(1000);
  }, 60_000);
}

function input(type: 'string' | 'integer', fallback?: unknown) {
  return {
    type,
    description: null,
    required: fallback === undefined,
    ...(fallback === undefined ? {} : { default: fallback }),
    enum: null,
    kind: null,
    pattern: null,
    minimum: null,
    maximum: null,
    items: null,
  };
}

function most(times: readonly { started: number; ended: number }[]): number {
  return Math.max(
    ...times.map(
      (one) =>
        times.filter(
          (other) =>
            Number(other.started) <= Number(one.started) && Number(other.ended) > Number(one.started),
        ).length,
    ),
  );
}

async function save(app: App, name: string, definition: ReturnType<typeof workflow>): Promise<void> {
  await app.services.store.write({ lane: 'run' }, async ({ tx }) => {
    const hash = `hash-${name}`;
    await tx
      .insertInto('workflow_definition')
      .values({ hash, body: JSON.stringify(definition) })
      .execute();
    await tx
      .insertInto('workflow')
      .values({
        id: `wfl_${name}`,
        project: PROJECT,
        name,
        description: '',
        revision: 1,
        created: 0,
        updated: 0,
        actor: 'test',
        removed: null,
      })
      .execute();
    await tx
      .insertInto('workflow_revision')
      .values({
        workflow: `wfl_${name}`,
        revision: 1,
        definition: hash,
        format: 'yaml',
        source: '',
        note: '',
        created: 0,
        actor: 'test',
      })
      .execute();
  });
}
