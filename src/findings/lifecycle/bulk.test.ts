import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import {
  addFindings,
  eventsOf,
  finding,
  historyOf,
  onBoth,
  PROJECT,
} from '../../../test/servers/lifecycle.ts';
import { TriageChange } from '../../model/triage.ts';
import type { Store } from '../../store/store.ts';
import { applyTriage } from './apply-triage.ts';
import { planItems, unattended, workOn } from './change-job.ts';
import { createChange, type NewChange, resultText } from './change-sets.ts';

const CHILD = fileURLToPath(new URL('../../../test/children/change-worker.ts', import.meta.url));
const NEVER = new AbortController().signal;

const partsOf = (store: Store, worker = 'ins_test', alive = true) => ({
  store,
  worker,
  lives: async () => alive,
  comments: async () => [],
});

const begin = (store: Store, change: Partial<NewChange>) =>
  store.write({ lane: 'interactive' }, (write) =>
    createChange(write, {
      project: PROJECT,
      kind: 'triage',
      actor: 'usr_anna',
      action: { do: 'triage', change: TriageChange.parse({ status: 'confirmed' }) },
      ...change,
    }),
  );

const changeOf = (store: Store, id: string) =>
  store.db.selectFrom('change_set').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

const statuses = async (store: Store) => {
  const rows = await store.db.selectFrom('finding').select(['status']).orderBy('id').execute();
  return Map.groupBy(rows, ({ status }) => status);
};

const undo = (store: Store, id: string) =>
  store.write({ lane: 'interactive' }, ({ tx }) =>
    tx
      .updateTable('change_set')
      .set({ status: 'undoing', undone_by: 'usr_ben', ended: null })
      .where('id', '=', id)
      .execute(),
  );

onBoth('a change of many findings', (open) => {
  it('skips what the policy asks a comment for, and says which rule does', { timeout: 60_000 }, async () => {
    await using opened = await open();
    const { store } = opened;
    const ids = await addFindings(store, 120, (n) => ({ severity: n % 4 === 0 ? 'critical' : 'low' }));
    const rule = {
      name: 'grave: all',
      line: 7,
      severities: ['critical'],
      statuses: ['false-positive'],
    } as const;
    const parts = { ...partsOf(store), comments: async () => [rule] };
    const change = { status: 'false-positive', reason: 'test-code' };
    const silent = await begin(store, {
      query: 'severity:>=info',
      action: { do: 'triage', change: TriageChange.parse(change) },
    });
    await workOn(parts, silent, NEVER);
    const row = await changeOf(store, silent);
    const reasons = JSON.parse(row.skipped);
    expect([row.changed, reasons]).toEqual([90, { 'comment-needed:7:grave: all': 30 }]);
    expect(resultText('changed', row.changed, reasons)).toBe(
      "90 changed, 30 skipped, because line 7 of the policy ('grave: all') asks for a comment on such a decision",
    );
    expect((await finding(store, ids[0] ?? '')).status).toBe('open');

    const said = await begin(store, {
      query: 'severity:>=info',
      action: { do: 'triage', change: TriageChange.parse({ ...change, comment: 'Only the tests use it.' }) },
    });
    await workOn(parts, said, NEVER);
    expect((await changeOf(store, said)).skipped).toBe('{}');
    expect((await finding(store, ids[0] ?? '')).status).toBe('false-positive');
  });

  it('changes all that fit, says what it left and why, and takes it back', { timeout: 60_000 }, async () => {
    await using opened = await open();
    const { store } = opened;
    const ids = await addFindings(store, 650, (n) => ({
      status: n % 100 === 0 ? 'fixed' : n % 50 === 0 ? 'confirmed' : 'open',
      place: n < 600 ? 'src/a.ts' : 'lib/b.ts',
      hidden_by: n === 1 ? 'sup_1' : null,
    }));
    const id = await begin(store, { query: 'path:src' });
    await workOn(partsOf(store), id, NEVER);
    const row = await changeOf(store, id);
    expect(row).toMatchObject({ status: 'done', total: 599, done: 599, changed: 587, worker: null });
    expect(JSON.parse(row.skipped)).toEqual({ fixed: 6, unchanged: 6 });
    expect((await finding(store, ids[1] ?? '')).status, 'what the list does not show').toBe('open');
    expect(await historyOf(store, ids[2] ?? '')).toMatchObject([
      { change_set: id, data: { from: 'open', to: 'confirmed', source: 'bulk' } },
    ]);
    expect(await eventsOf(store, 'change-set.ended')).toMatchObject([
      { subject: id, data: { status: 'done', changed: 587, skipped: 12 } },
    ]);

    // Somebody decides about one of them in the meantime, one is gone.
    await store.write({ lane: 'interactive' }, (write) =>
      applyTriage(
        write,
        { dialect: store.dialect, project: PROJECT, actor: 'usr_ben', source: 'human', changeSet: null },
        [ids[2] ?? ''],
        TriageChange.parse({ status: 'false-positive', reason: 'test-code' }),
      ),
    );
    await store.write({ lane: 'run' }, ({ tx }) =>
      tx
        .deleteFrom('finding')
        .where('id', '=', ids[3] ?? '')
        .execute(),
    );
    await undo(store, id);
    await workOn(partsOf(store), id, NEVER);
    expect(await changeOf(store, id)).toMatchObject({ status: 'undone', undone_by: 'usr_ben' });
    const kept = await store.db
      .selectFrom('change_item')
      .select(['finding', 'reason'])
      .where('state', '=', 'kept')
      .orderBy('finding')
      .execute();
    expect(kept).toEqual([
      { finding: ids[2], reason: 'changed-since' },
      { finding: ids[3], reason: 'gone-since' },
    ]);
    const after = await statuses(store);
    expect(after.get('confirmed')).toHaveLength(6);
    expect(after.get('false-positive')).toHaveLength(1);
    expect((await historyOf(store, ids[4] ?? '')).at(-1)).toMatchObject({
      kind: 'undone',
      actor: 'usr_ben',
      data: { from: 'confirmed', to: 'open' },
    });
  });

  it('gives back labels, assignee, severity and snooze, each only as far as it took it', async () => {
    await using opened = await open();
    const { store } = opened;
    const [id = ''] = await addFindings(store, 1, () => ({ severity: 'low', assignee: 'usr_old' }));
    await store.write({ lane: 'run' }, ({ tx }) =>
      tx.insertInto('finding_label').values({ finding: id, project: PROJECT, label: 'kept' }).execute(),
    );
    const change = await begin(store, {
      query: `id:${id}`,
      action: {
        do: 'triage',
        change: TriageChange.parse({
          severity: 'critical',
          assignee: 'usr_new',
          addLabels: ['kept', 'new'],
          snooze: { until: Date.now() + 1e6 },
        }),
      },
    });
    await workOn(partsOf(store), change, NEVER);
    // A scan says another severity under the one that the person gave.
    await store.write({ lane: 'run' }, ({ tx }) =>
      tx.updateTable('finding').set({ tool_severity: 'medium' }).where('id', '=', id).execute(),
    );
    await undo(store, change);
    await workOn(partsOf(store), change, NEVER);
    expect(await finding(store, id)).toMatchObject({
      severity: 'medium',
      severity_rank: 2,
      own_severity: null,
      assignee: 'usr_old',
      snooze_until: null,
      snooze_rank: null,
    });
    const labels = await store.db.selectFrom('finding_label').select('label').execute();
    expect(labels).toEqual([{ label: 'kept' }]);
  });

  it('changes what fitted when it was asked for, whatever comes in meanwhile', async () => {
    await using opened = await open();
    const { store } = opened;
    await addFindings(store, 150);
    const id = await begin(store, { query: 'status:open' });
    const stop = new AbortController();
    stop.abort();
    await workOn(partsOf(store), id, stop.signal);
    await workOn(partsOf(store), id, NEVER);
    expect(await changeOf(store, id)).toMatchObject({ status: 'done', total: 150, changed: 150 });
    const waits = await begin(store, { query: 'status:confirmed', waits: true, kind: 'acceptance' });
    await workOn(partsOf(store), waits, NEVER);
    await addFindings(store, 10, () => ({ status: 'confirmed' }));
    expect(await changeOf(store, waits)).toMatchObject({ status: 'waiting', total: 150, worker: null });
  });

  it('belongs to one process at a time, and to another one when that is dead or silent', async () => {
    await using opened = await open();
    const { store } = opened;
    const ids = await addFindings(store, 3);
    const id = await begin(store, {});
    await store.write({ lane: 'bulk' }, async ({ tx, defer }) => {
      defer(...planItems(store.dialect, id, ids));
      await tx
        .updateTable('change_set')
        .set({ worker: 'ins_other', lease: Date.now() + 60_000, total: 3 })
        .where('id', '=', id)
        .execute();
    });
    expect(await unattended(partsOf(store))).toEqual([]);
    await workOn(partsOf(store), id, NEVER);
    expect((await changeOf(store, id)).done).toBe(0);
    expect(await unattended(partsOf(store, 'ins_test', false))).toEqual([id]);
    await Promise.all([
      workOn(partsOf(store, 'ins_a', false), id, NEVER),
      workOn(partsOf(store, 'ins_b', false), id, NEVER),
    ]);
    expect(await changeOf(store, id)).toMatchObject({ status: 'done', done: 3, changed: 3 });
    expect(await eventsOf(store, 'finding.triaged')).toHaveLength(3);
  });

  it('goes on at its cursor when its process was killed', { timeout: 150_000 }, async () => {
    await using opened = await open();
    const { store, options } = opened;
    const count = 4_000;
    await addFindings(store, count);
    const id = await begin(store, { query: 'status:open' });
    let kills = 0;
    for (const enough of [100, 900, 2_000]) if (await runAndKill(options, id, enough)) kills++;
    const between = await changeOf(store, id);
    expect(kills, `the child was too fast: ${between.status} ${between.done}`).toBeGreaterThan(0);
    await workOn(partsOf(store, 'ins_test', false), id, NEVER);
    expect(await changeOf(store, id)).toMatchObject({ status: 'done', total: count, changed: count });
    expect((await statuses(store)).get('confirmed')).toHaveLength(count);
    expect(await eventsOf(store, 'finding.triaged'), 'each once').toHaveLength(count);
    const decisions = await store.db.selectFrom('decision').select('finding').execute();
    expect(new Set(decisions.map((row) => row.finding)).size).toBe(count);
    expect(decisions).toHaveLength(count);
  });
});

/** True when the process was still at it. */
async function runAndKill(
  options: { dataDir: string; databaseUrl?: string | undefined },
  change: string,
  enough: number,
): Promise<boolean> {
  const args = [CHILD, change, options.dataDir, ...(options.databaseUrl ? [options.databaseUrl] : [])];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  for await (const line of createInterface(child.stdout)) {
    const [status, done] = line.split(' ');
    if (status === 'running' && Number(done) >= enough) child.kill('SIGKILL');
  }
  await ended;
  return child.signalCode === 'SIGKILL';
}

it('says the result in words', () => {
  expect(resultText('changed', 1203, {})).toBe('1,203 changed');
  expect(resultText('changed', 1203, { unchanged: 7 })).toBe(
    '1,203 changed, 7 skipped, because it is so already',
  );
  expect(resultText('undone', 1, { unchanged: 5, fixed: 2 })).toBe(
    '1 undone, 7 skipped, because it is so already (5); it is fixed: a fixed finding can only be reopened (2)',
  );
});
