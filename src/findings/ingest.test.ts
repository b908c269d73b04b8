import { expect, test } from 'vitest';
import { inFile, onBothStores, scan } from '../../test/findings/scan.ts';

const everything = [{ at: { kind: 'everything' } as const }];

onBothStores('ingest', (store) => {
  const finding = async (id: string | undefined) =>
    store()
      .db.selectFrom('finding')
      .selectAll()
      .where('id', '=', id ?? '')
      .executeTakeFirstOrThrow();
  const history = async (id: string | undefined) =>
    (
      await store()
        .db.selectFrom('finding_history')
        .select(['kind', 'data', 'change_set'])
        .where('finding', '=', id ?? '')
        .orderBy('id')
        .execute()
    ).map((row) => ({ ...row, data: JSON.parse(row.data) }));
  const items = async (changeSet: string | undefined) =>
    (
      await store()
        .db.selectFrom('change_item')
        .selectAll()
        .where('change_set', '=', changeSet ?? '')
        .orderBy('finding')
        .execute()
    ).map((row) => ({
      finding: row.finding,
      before: JSON.parse(row.before),
      after: JSON.parse(row.after),
    }));

  test('a second scan without a change only says when and by whom it was seen', async () => {
    const one = await scan(store(), [inFile('a.ts', 1)]);
    const id = one.results[0]?.id;
    const first = await finding(id);
    const two = await scan(store(), [inFile('a.ts', 1)]);
    expect(two.results).toMatchObject([{ id, change: 'seen' }]);
    const { last_seen, last_run, matched, ...second } = await finding(id);
    expect(first).toMatchObject(second);
    expect(matched).toBe('exact');
    expect(last_run).toBe(two.run);
    expect(last_seen).toBeGreaterThanOrEqual(first.last_seen);
    expect(await history(id)).toEqual([]);
  });

  test('closed where it was covered, and open again when it comes back', async () => {
    const one = await scan(store(), [inFile('a.ts', 1), inFile('b.ts', 1)]);
    const [a, b] = one.results.map(({ id }) => id);
    const two = await scan(store(), [], { covered: [{ at: { kind: 'file', path: 'a.ts' } }] });
    expect(two.closed).toBe(1);
    expect(await finding(a)).toMatchObject({ status: 'fixed', fixed_run: two.run });
    expect(await finding(b)).toMatchObject({ status: 'open', fixed_run: null });
    const three = await scan(store(), [inFile('a.ts', 1)]);
    expect(three.results).toMatchObject([{ id: a, change: 'reopened' }]);
    expect(await finding(a)).toMatchObject({ status: 'open', fixed_run: null, closed: null });
    expect(await history(a)).toMatchObject([
      { kind: 'fixed', data: { run: two.run } },
      { kind: 'reopened', data: { run: three.run } },
    ]);
  });

  test('each tool closes only its own', async () => {
    const one = await scan(store(), [inFile('a.ts', 1)], { tool: 'one' });
    const other = await scan(store(), [], { tool: 'two', covered: everything });
    expect(other.closed).toBe(0);
    expect(await finding(one.results[0]?.id)).toMatchObject({ task: 'one', status: 'open' });
  });

  test('a severity that a person gave stays, and what the tool says is kept beside it', async () => {
    const one = await scan(store(), [inFile('a.ts', 1)]);
    const id = one.results[0]?.id as string;
    await store().write({ lane: 'run' }, ({ tx }) =>
      tx
        .updateTable('finding')
        .set({ own_severity: 'low', severity: 'low', severity_rank: 3, tool_severity: 'medium' })
        .where('id', '=', id)
        .execute(),
    );
    await scan(store(), [inFile('a.ts', 1, { severity: 'critical' })]);
    expect(await finding(id)).toMatchObject({
      severity: 'low',
      severity_rank: 3,
      own_severity: 'low',
      tool_severity: 'critical',
    });
    expect(await history(id)).toEqual([]);
  });

  test('what sleeps until it gets worse wakes when it is worse, and not before', async () => {
    const one = await scan(store(), [inFile('a.ts', 1)]);
    const id = one.results[0]?.id as string;
    const until = Date.now() + 1_000_000;
    await store().write({ lane: 'run' }, ({ tx }) =>
      tx.updateTable('finding').set({ snooze_until: until, snooze_rank: 2 }).where('id', '=', id).execute(),
    );
    await scan(store(), [inFile('a.ts', 1, { severity: 'low' })]);
    expect(await finding(id)).toMatchObject({ snooze_until: until, snooze_rank: 2 });
    await scan(store(), [inFile('a.ts', 1, { severity: 'high' })]);
    expect(await finding(id)).toMatchObject({ snooze_until: null, snooze_rank: null, severity: 'high' });
    expect((await history(id)).map(({ kind }) => kind)).toEqual(['severity', 'severity', 'snooze']);
  });

  test('what people decided stays when a scan sees it again', async () => {
    for (const status of ['risk-accepted', 'false-positive', 'duplicate', 'confirmed']) {
      const one = await scan(store(), [inFile(`${status}.ts`, 1)]);
      const id = one.results[0]?.id as string;
      await store().write({ lane: 'run' }, ({ tx }) =>
        tx.updateTable('finding').set({ status }).where('id', '=', id).execute(),
      );
      const two = await scan(store(), [inFile(`${status}.ts`, 2, { severity: 'critical' })]);
      expect(two.results).toMatchObject([{ id, change: 'seen' }]);
      expect(await finding(id)).toMatchObject({ status, severity: 'critical' });
    }
  });

  test('an import keeps what it changed as it was', async () => {
    const one = await scan(store(), [inFile('a.ts', 1), inFile('b.ts', 1), inFile('c.ts', 1)]);
    const [a, b, c] = one.results.map(({ id }) => id);
    const was = await finding(b);
    const imported = await scan(
      store(),
      [inFile('a.ts', 1), inFile('b.ts', 1, { severity: 'high', message: 'Now worse.' }), inFile('d.ts', 1)],
      { imports: true, covered: everything },
    );
    const d = imported.results[2]?.id;
    const last = { last_seen: was.last_seen, last_run: one.run, matched: null };
    const status = 'open';
    expect(await items(imported.changeSet)).toEqual([
      {
        finding: a,
        before: last,
        after: { change: 'seen', status, severity: 'medium', last_run: imported.run },
      },
      {
        finding: b,
        before: expect.objectContaining({
          ...last,
          severity: 'medium',
          message: 'Rule r',
          location: was.location,
        }),
        after: { change: 'seen', status, severity: 'high', last_run: imported.run },
      },
      {
        finding: c,
        before: { status, fixed_run: null, closed: null },
        after: { change: 'closed', status: 'fixed', severity: 'medium', last_run: one.run },
      },
      {
        finding: d,
        before: null,
        after: { change: 'new', status, severity: 'medium', last_run: imported.run },
      },
    ]);
    expect(await history(c)).toMatchObject([{ kind: 'fixed', change_set: imported.changeSet }]);
  });
});
