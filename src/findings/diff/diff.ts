import { SentinelError } from '../../lib/errors.ts';
import { hasEnded, type RunStatus } from '../../model/run.ts';
import type { Store } from '../../store/store.ts';
import { diffRuns, type RunSide } from './diff-runs.ts';
import { diffSets, type SideFinding, type SideFindings } from './diff-sets.ts';
import { diffTimes } from './diff-times.ts';
import { coverageOfRun } from './gone.ts';
import { assetId, type LoadParts, loadSide } from './load-side.ts';
import { readRunSet } from './run-set.ts';
import type { Diff } from './sections.ts';
import type { Side } from './side.ts';

export interface DiffOrder extends LoadParts {
  older: Side;
  newer: Side;
  /** Of two times: only of this asset. */
  asset: string | undefined;
}

/** What is new, fixed, still there and changed between two of: runs, imports, reports, assets, times. */
export async function diff(order: DiffOrder): Promise<Diff> {
  const { store, project, now, older, newer } = order;
  if (older.kind === 'time' && newer.kind === 'time') {
    if (older.time > newer.time)
      throw new SentinelError('invalid-parameter', 'The first time lies behind the second one.', {
        fields: [{ field: 'from', message: 'expects a time before the other' }],
      });
    const asset = order.asset === undefined ? null : await assetId(store, project, order.asset);
    return diffTimes(store, { project, from: older.time, to: newer.time, now, asset });
  }
  for (const side of [older, newer]) if (side.kind === 'run') await requireRun(store, project, side.run);
  if (older.kind === 'run' && newer.kind === 'run') {
    const [one, other] = await Promise.all([
      readRun(store, project, older.run),
      readRun(store, project, newer.run),
    ]);
    if (one && other) return diffRuns(store, project, { older: one, newer: other });
  }
  const twoAssets = older.kind === 'asset' && newer.kind === 'asset';
  const [before, after] = await Promise.all([
    loadSide(order, older, twoAssets),
    loadSide(order, newer, twoAssets),
  ]);
  return diffSets(before, after, await lookedAt(order, before, after));
}

/** A time and an asset are everything that is known; a run knows what it looked at, a report only what stands in it. */
async function lookedAt(
  { store, project, older, newer }: DiffOrder,
  before: SideFindings,
  after: SideFindings,
): Promise<(finding: SideFinding) => boolean> {
  // Two assets have no finding in common: what the newer one lacks was looked for where the same tool examined it.
  if (newer.kind === 'asset' && older.kind === 'asset') {
    const tools = await toolsOf(store, await assetId(store, project, newer.asset));
    return ({ tool }) => tools.has(tool);
  }
  if (newer.kind === 'report' || newer.kind === 'asset') return () => false;
  if (newer.kind === 'time') return () => true;
  const gone = [...before].filter(([key]) => !after.has(key)).map(([, { id }]) => id);
  const covered = await coverageOfRun(store, project, newer.run, gone);
  return ({ id }) => covered.has(id);
}

async function toolsOf({ db }: Store, asset: string): Promise<Set<string>> {
  const runs = db
    .selectFrom('run')
    .select('task as tool')
    .distinct()
    .where('asset', '=', asset)
    .where('status', 'in', ['done', 'partial']);
  const findings = db.selectFrom('finding').select('task as tool').distinct().where('asset', '=', asset);
  const rows = [...(await runs.execute()), ...(await findings.execute())];
  return new Set(rows.map(({ tool }) => tool));
}

async function readRun(store: Store, project: string, id: string): Promise<RunSide | null> {
  const row = await requireRun(store, project, id);
  const ended = row.ended === null ? null : Number(row.ended);
  const set = await readRunSet(store, id, { keep: ended !== null });
  if (!set) return null;
  const { task, asset } = row;
  return { id, task, asset, created: Number(row.created), ended: ended ?? Number(row.created), set };
}

async function requireRun(store: Store, project: string, id: string) {
  const row = await store.db
    .selectFrom('run')
    .select(['id', 'task', 'asset', 'status', 'created', 'ended'])
    .where('id', '=', id)
    .where('project', '=', project)
    .executeTakeFirst();
  if (!row) throw new SentinelError('not-found', `There is no run ${id}.`);
  if (!hasEnded(row.status as RunStatus))
    throw new SentinelError(
      'not-possible-now',
      `The run ${id} is ${row.status}: it can be compared when it has ended.`,
    );
  return row;
}
