import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { inFile, onBothStores, PROJECT, scan } from '../../../test/findings/scan.ts';
import { beginUndo, undoScan } from '../../../test/findings/undo.ts';
import { eventsOf, onBoth } from '../../../test/servers/lifecycle.ts';
import { TriageChange } from '../../model/triage.ts';
import { applyTriage } from '../lifecycle/apply-triage.ts';
import { unattended, workOn } from '../lifecycle/change-job.ts';
import { removedFinding } from './remove-findings.ts';

const CHILD = fileURLToPath(new URL('../../../test/children/change-worker.ts', import.meta.url));
const NEVER = new AbortController().signal;
const rules = { r: { cwe: [79] } };

onBothStores('undo of an import', (store) => {
  const all = () => store().db.selectFrom('finding').selectAll().orderBy('id').execute();
  const receipt = async (run: string) => {
    const row = await store()
      .db.selectFrom('import_receipt')
      .select(['receipt', 'undone', 'undone_by'])
      .where('run', '=', run)
      .executeTakeFirstOrThrow();
    return { ...row, ...JSON.parse(row.receipt) };
  };

  test('what is removed stays readable: what it was and what had happened to it', async () => {
    const one = await scan(store(), [inFile('a.ts', 1)], { imports: true });
    const id = one.results[0]?.id ?? '';
    await store().write({ lane: 'interactive' }, (write) =>
      applyTriage(
        write,
        { dialect: store().dialect, project: PROJECT, actor: 'policy', source: 'policy', changeSet: null },
        [id],
        TriageChange.parse({ severity: 'low' }),
      ),
    );
    await store().write({ lane: 'run' }, ({ tx }) =>
      tx.updateTable('finding').set({ own_severity: null }).where('id', '=', id).execute(),
    );
    await undoScan(store(), one);
    expect(await all()).toEqual([]);
    expect(await store().db.selectFrom('finding_history').selectAll().execute()).toEqual([]);
    expect(await removedFinding(store().db, { project: PROJECT, finding: id })).toMatchObject({
      actor: 'usr_ben',
      run: one.run,
      changeSet: one.changeSet,
      history: [{ kind: 'severity', actor: 'policy', data: { to: 'low' } }],
    });
    expect(await removedFinding(store().db, { project: 'prj_other', finding: id })).toBeUndefined();
    const item = await store().db.selectFrom('change_item').selectAll().executeTakeFirstOrThrow();
    expect(JSON.parse(item.before)).toMatchObject({
      removed: { rule: 'r', location: { kind: 'file', path: 'a.ts' }, status: 'open' },
    });
    expect(await receipt(one.run)).toMatchObject({
      undone_by: 'usr_ben',
      undo: { removed: 1, restored: 0, kept: [] },
    });
    expect(await eventsOf(store(), 'import.undone')).toMatchObject([
      { subject: one.run, data: { removed: 1, restored: 0, kept: 0 } },
    ]);
  });

  test('findings that it merged with each other go together; one that another report was merged into stays', async () => {
    const both = await scan(store(), [inFile('a.ts', 1), { ...inFile('a.ts', 1), tool: 'two' }], {
      tool: 'one',
      rules,
      imports: true,
      tools: ['two'],
    });
    expect(both.results[1]?.mergedInto).toBe(both.results[0]?.id);
    await undoScan(store(), both);
    expect(await all()).toEqual([]);

    const first = await scan(store(), [inFile('b.ts', 1)], { tool: 'one', rules, imports: true });
    await scan(store(), [inFile('b.ts', 1)], { tool: 'two', rules, imports: true });
    await undoScan(store(), first);
    expect(await all()).toHaveLength(2);
    expect(await receipt(first.run)).toMatchObject({
      undo: {
        removed: 0,
        kept: [
          {
            reason: 'another finding was merged into it',
            count: 1,
            examples: [first.results[0]?.id],
          },
        ],
      },
    });
  });

  test('a closing that waits is withdrawn, and what runs is left to its run', async () => {
    const one = await scan(store(), [inFile('a.ts', 1), inFile('b.ts', 1)], { imports: true });
    const matching = { closeShare: 0, closeAtLeast: 1 };
    const two = await scan(store(), [inFile('a.ts', 1)], {
      imports: true,
      matching,
      covered: [{ at: { kind: 'everything' } }],
    });
    expect(two.review).toMatchObject({ closing: 1 });
    await undoScan(store(), two);
    const review = await store().db.selectFrom('close_review').selectAll().executeTakeFirstOrThrow();
    expect(review.status).toBe('superseded');

    const id = await beginUndo(store(), one);
    await store().write({ lane: 'run' }, ({ tx }) =>
      tx.updateTable('change_set').set({ status: 'running' }).where('id', '=', id).execute(),
    );
    const parts = { store: store(), worker: 'ins_test', lives: async () => true, comments: async () => [] };
    expect(await unattended(parts)).toEqual([]);
    await workOn(parts, id, NEVER);
    expect(await all()).toHaveLength(2);
  });
});

onBoth('undo of an import', (open) => {
  test('goes on where its process was killed, each finding once', { timeout: 150_000 }, async () => {
    await using opened = await open();
    const { store, options } = opened;
    const count = 3_000;
    const found = Array.from({ length: count }, (_, n) => inFile(`src/${n}.ts`, 1));
    const first = await scan(store, found.slice(0, 500), { imports: true });
    const second = await scan(store, found, { imports: true });
    const id = await beginUndo(store, second);
    let kills = 0;
    for (const enough of [100, 900, 1_800]) if (await undoAndKill(options, id, enough)) kills += 1;
    expect(kills, 'the child was too fast').toBeGreaterThan(0);
    await workOn(
      { store, worker: 'ins_test', lives: async () => false, comments: async () => [] },
      id,
      NEVER,
    );
    expect(
      await store.db.selectFrom('change_set').select('status').where('id', '=', id).executeTakeFirst(),
    ).toEqual({ status: 'undone' });
    const left = await store.db.selectFrom('finding').select(['id', 'last_run']).orderBy('id').execute();
    expect(left).toHaveLength(500);
    expect(left.every(({ last_run }) => last_run === first.run)).toBe(true);
    expect(await eventsOf(store, 'finding.removed'), 'each once').toHaveLength(count - 500);
    expect(await eventsOf(store, 'import.undone')).toMatchObject([
      { data: { removed: count - 500, restored: 500, kept: 0 } },
    ]);
  });
});

/** True when the process was still at it. */
async function undoAndKill(
  options: { dataDir: string; databaseUrl?: string | undefined },
  change: string,
  enough: number,
): Promise<boolean> {
  const args = [CHILD, change, options.dataDir, ...(options.databaseUrl ? [options.databaseUrl] : [])];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  for await (const line of createInterface(child.stdout)) {
    const [status, , undone] = line.split(' ');
    if (status === 'undoing' && Number(undone) >= enough) child.kill('SIGKILL');
  }
  await ended;
  return child.signalCode === 'SIGKILL';
}
