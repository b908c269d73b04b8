import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { diff } from '../../src/findings/diff/diff.ts';
import type { SideFinding } from '../../src/findings/diff/diff-sets.ts';
import type { Diff } from '../../src/findings/diff/sections.ts';
import { readSide, type Side } from '../../src/findings/diff/side.ts';
import { applyTriage } from '../../src/findings/lifecycle/apply-triage.ts';
import { DIFF_SECTIONS, type DiffSection } from '../../src/model/diff-section.ts';
import { SEVERITIES } from '../../src/model/severity.ts';
import type { Store } from '../../src/store/store.ts';
import { ASSET, inFile, onBothStores, PROJECT, type Scan, scan } from './scan.ts';

const EVERYTHING = [{ at: { kind: 'everything' as const } }];
const NONE = { new: 0, fixed: 0, changed: 0, still: 0, dismissed: 0, 'not-looked-at': 0 };

onBothStores('diff', (store) => {
  it('two runs: new, fixed, still there, changed, dismissed; never fixed where nobody looked', async () => {
    await addAsset(store(), ASSET);
    const first = await run(store(), [
      ...['a', 'b', 'c', 'gone', 'elsewhere'].map((name) =>
        inFile(`src/${name}.ts`, 1, { severity: 'high' }),
      ),
      inFile('src/rated.ts', 1, { severity: 'low' }),
    ]);
    const [a, b] = first.results.map(({ id }) => id) as [string, string];
    await triage(store(), [a], { status: 'false-positive', reason: 'test-code' });
    const second = await run(
      store(),
      [
        ...['a', 'b', 'c'].map((name) => inFile(`src/${name}.ts`, 9, { severity: 'high' })),
        inFile('src/rated.ts', 1, { severity: 'critical' }),
        inFile('src/fresh.ts', 1, { severity: 'medium' }),
      ],
      { covered: [{ at: { kind: 'tree', path: '', except: ['src/elsewhere.ts'] } }] },
    );
    const found = await compare(store(), { kind: 'run', run: first.run }, { kind: 'run', run: second.run });
    expect(totals(found)).toEqual({
      new: 1,
      fixed: 1,
      changed: 1,
      still: 2,
      dismissed: 1,
      'not-looked-at': 1,
    });
    expect(found.new.bySeverity).toMatchObject({ medium: 1, high: 0 });
    expect(await places(store(), found, 'fixed')).toEqual(['src/gone.ts']);
    expect(await places(store(), found, 'not-looked-at')).toEqual(['src/elsewhere.ts']);
    expect(await places(store(), found, 'dismissed')).toEqual(['src/a.ts']);
    expect(await found.changed.page(undefined, 9)).toMatchObject([{ was: { severity: 'low' } }]);
    expect((await found.still.page(undefined, 9)).map(({ id }) => id)).toContain(b);

    // The other way round: what the newer one had closed was there.
    const back = await compare(store(), { kind: 'run', run: second.run }, { kind: 'run', run: first.run });
    expect(await places(store(), back, 'new')).toEqual(['src/elsewhere.ts', 'src/gone.ts']);
    expect(await places(store(), back, 'not-looked-at')).toEqual(['src/fresh.ts']);
    expect(
      totals(await compare(store(), { kind: 'run', run: second.run }, { kind: 'run', run: second.run })),
    ).toEqual({ ...NONE, still: 4, dismissed: 1 });
  });

  it('two times: what was known then against now, also in between', async () => {
    await addAsset(store(), ASSET);
    await run(
      store(),
      ['a', 'b', 'c'].map((name) => inFile(`src/${name}.ts`, 1, { severity: 'high' })),
    );
    const t1 = await moment();
    const second = await run(
      store(),
      ['b', 'c', 'd'].map((name) => inFile(`src/${name}.ts`, 1, { severity: 'high' })),
      { covered: EVERYTHING },
    );
    const byPath = async (path: string) =>
      (
        await store()
          .db.selectFrom('finding')
          .select('id')
          .where('place', '=', path)
          .executeTakeFirstOrThrow()
      ).id;
    await triage(store(), [await byPath('src/b.ts')], {
      status: 'risk-accepted',
      reason: 'low-impact',
      expires: Date.now() + 1e9,
    });
    await triage(store(), [await byPath('src/c.ts')], { status: 'confirmed' });
    const t2 = await moment();
    await run(
      store(),
      ['a', 'c', 'e'].map((name) => inFile(`src/${name}.ts`, 1, { severity: 'high' })),
      { covered: EVERYTHING },
    );
    await moment();
    const at = (time: number): Side => ({ kind: 'time', time });

    const then = await compare(store(), at(t1), at(t2));
    expect(totals(then)).toEqual({ ...NONE, new: 1, fixed: 1, changed: 1, dismissed: 1 });
    expect(await places(store(), then, 'new')).toEqual(['src/d.ts']);
    expect(await places(store(), then, 'fixed')).toEqual(['src/a.ts']);
    expect(await then.changed.page(undefined, 9)).toMatchObject([{ was: { status: 'open' } }]);

    const now = await compare(store(), at(t2), at(Date.now()));
    expect(await places(store(), now, 'new')).toEqual(['src/a.ts', 'src/e.ts']);
    expect(await places(store(), now, 'fixed')).toEqual(['src/d.ts']);
    expect(await places(store(), now, 'still')).toEqual(['src/c.ts']);

    // A run beside a time, and a report as it was written.
    const mixed = await compare(store(), { kind: 'run', run: second.run }, at(Date.now()));
    expect(await places(store(), mixed, 'fixed')).toEqual(['src/d.ts']);
    const old: SideFinding = {
      id: await byPath('src/c.ts'),
      tool: 't',
      status: 'open',
      severity: 'low',
      place: 'src/c.ts',
    };
    const report = await compare(store(), { kind: 'report', report: 'rpt_1' }, at(Date.now()), [old]);
    expect(await report.changed.page(undefined, 9)).toEqual([
      { id: old.id, rank: 1, was: { status: 'open', severity: 'low' } },
    ]);
  });

  it('two assets of one code, such as two branches, by what their findings say', async () => {
    await addAsset(store(), ASSET, 'shop@main');
    await addAsset(store(), 'ast_b', 'shop@feature');
    const say = (path: string) => inFile(path, 1, { severity: 'high', message: `Bad thing in ${path}` });
    await run(store(), [say('a.ts'), say('b.ts')]);
    await run(store(), [inFile('other.ts', 1)], { tool: 'other' });
    await run(store(), [say('b.ts'), say('c.ts')], { asset: 'ast_b' });
    const found = await compare(
      store(),
      readSide('asset:shop@main', 'from', 0),
      readSide('asset:feature', 'to', 0),
    );
    expect(await places(store(), found, 'new')).toEqual(['c.ts']);
    expect(await places(store(), found, 'still')).toEqual(['b.ts']);
    expect(await places(store(), found, 'fixed')).toEqual(['a.ts']);
    expect(await places(store(), found, 'not-looked-at')).toEqual(['other.ts']);
  });

  it('pages through every section once, most severe first, whatever way it is counted', async () => {
    await addAsset(store(), ASSET);
    const random = numbers(5);
    const names = Array.from({ length: 120 }, (_, index) => `src/f${index}.ts`);
    const sides: Side[] = [];
    const runs: Side[] = [];
    for (let round = 0; round < 5; round += 1) {
      const seen = names.filter(() => random(3) > 0);
      const one = await run(
        store(),
        seen.map((path) => inFile(path, 1 + random(50), { severity: pick(random, SEVERITIES) })),
        {
          covered:
            random(2) === 0
              ? EVERYTHING
              : [{ at: { kind: 'tree', path: '', except: [pick(random, names)] } }],
        },
      );
      runs.push({ kind: 'run', run: one.run });
      const ids = one.results.filter(() => random(6) === 0).map(({ id }) => id);
      await triage(
        store(),
        ids,
        pick(random, [
          { status: 'confirmed' },
          { status: 'false-positive', reason: 'unreachable' },
          { status: 'open' },
          { severity: 'info' },
        ] as const),
      );
      sides.push({ kind: 'time', time: await moment() });
    }
    for (const list of [runs, sides])
      for (const from of list)
        for (const to of list) {
          if (from.kind === 'time' && to.kind === 'time' && from.time > to.time) continue;
          const found = await compare(store(), from, to);
          for (const section of DIFF_SECTIONS) await expectPages(found, section);
        }
    // Times: against what a walk over all findings says.
    for (const from of sides) {
      const now: Side = { kind: 'time', time: Date.now() };
      const fast = totals(await compare(store(), from, now));
      const naive = await byWalking(store(), (from as { time: number }).time);
      expect(fast).toEqual({ ...fast, ...naive });
    }
  });
});

async function run(store: Store, findings: Parameters<typeof scan>[1], options: Scan = {}) {
  const scanned = await scan(store, findings, options);
  const now = Date.now();
  const row = {
    project: PROJECT,
    task: options.tool ?? 't',
    task_version: 1,
    status: 'done',
    params: '{}',
    target: null,
  };
  const more = {
    asset: options.asset ?? ASSET,
    principal: 'x',
    instance: null,
    fence: 0,
    created: now,
    started: now,
    ended: now,
  };
  const rest = {
    progress: null,
    counts: '{}',
    output: null,
    error_code: null,
    error_message: null,
    rerun_of: null,
  };
  await store.write({ lane: 'run' }, async ({ tx }) => {
    await tx
      .insertInto('run')
      .values({ id: scanned.run, ...row, ...more, ...rest })
      .execute();
    for (const [seq, part] of (options.covered ?? []).entries())
      await tx
        .insertInto('coverage')
        .values({
          run: scanned.run,
          seq,
          project: PROJECT,
          scope: JSON.stringify(part.at),
          rules: JSON.stringify(part.rules ?? null),
        })
        .execute();
  });
  return scanned;
}

function compare(store: Store, older: Side, newer: Side, report: readonly SideFinding[] = []): Promise<Diff> {
  const readReport = async function* () {
    yield* report;
  };
  return diff({ store, project: PROJECT, now: Date.now(), older, newer, asset: undefined, readReport });
}

async function triage(store: Store, ids: readonly string[], change: Parameters<typeof applyTriage>[3]) {
  await store.write({ lane: 'interactive' }, (write) =>
    applyTriage(
      write,
      { dialect: store.dialect, project: PROJECT, actor: 'usr_max', source: 'human', changeSet: null },
      ids,
      change,
    ),
  );
}

function totals(found: Diff): Record<DiffSection, number> {
  return Object.fromEntries(DIFF_SECTIONS.map((name) => [name, found[name].total])) as Record<
    DiffSection,
    number
  >;
}

async function places(store: Store, found: Diff, section: DiffSection): Promise<string[]> {
  const ids = (await found[section].page(undefined, 1000)).map(({ id }) => id);
  if (ids.length === 0) return [];
  const rows = await store.db.selectFrom('finding').select('place').where('id', 'in', ids).execute();
  return rows.map(({ place }) => place).sort();
}

/** Every one once, in order, as many as were counted, with the severities that were counted. */
async function expectPages(found: Diff, section: DiffSection): Promise<void> {
  const list = found[section];
  const ids: string[] = [];
  let after: readonly [number, string] | undefined;
  for (;;) {
    const page = await list.page(after, 7);
    ids.push(...page.map(({ id }) => id));
    const last = page.at(-1);
    if (!last || page.length < 7) break;
    after = [last.rank, last.id];
    if (ids.length > 500) throw new Error('the pages do not end');
  }
  expect(ids.length, section).toBe(list.total);
  expect(new Set(ids).size).toBe(ids.length);
  expect(SEVERITIES.reduce((sum, name) => sum + list.bySeverity[name], 0)).toBe(list.total);
}

async function byWalking(store: Store, time: number) {
  const rows = await store.db.selectFrom('finding').selectAll().execute();
  const history = await store.db
    .selectFrom('finding_history')
    .selectAll()
    .where('time', '>', time)
    .orderBy('id')
    .execute();
  const count = { new: 0, fixed: 0, dismissed: 0 };
  for (const row of rows) {
    const entry = history.find(
      (one) => one.finding === row.id && ['status', 'fixed', 'reopened'].includes(one.kind),
    );
    const before =
      Number(row.first_seen) > time
        ? null
        : entry
          ? (JSON.parse(entry.data) as { from: string }).from
          : row.status;
    const [was, is] = [before !== null && isOpen(before), isOpen(row.status)];
    if (is && !was) count.new += 1;
    if (was && row.status === 'fixed') count.fixed += 1;
    if (!is && row.status !== 'fixed' && before !== row.status) count.dismissed += 1;
  }
  return count;
}

function isOpen(status: string): boolean {
  return status === 'open' || status === 'confirmed';
}

async function addAsset(store: Store, id: string, name = 'a'): Promise<void> {
  await store.write({ lane: 'run' }, ({ tx }) =>
    tx
      .insertInto('asset')
      .values({ id, project: PROJECT, kind: 'path', key: id, name, created: 1 })
      .execute(),
  );
}

/** A moment that nothing shares a millisecond with. */
async function moment(): Promise<number> {
  await sleep(3);
  const now = Date.now();
  await sleep(3);
  return now;
}

function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

function pick<T>(random: (below: number) => number, list: readonly T[]): T {
  return list[random(list.length)] as T;
}
