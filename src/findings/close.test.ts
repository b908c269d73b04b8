import { expect, test } from 'vitest';
import { inFile, onBothStores, PROJECT, scan } from '../../test/findings/scan.ts';
import { undoScan } from '../../test/findings/undo.ts';
import { TriageChange } from '../model/triage.ts';
import { closeReviewed, readReview } from './close-review.ts';
import { applyTriage } from './lifecycle/apply-triage.ts';

const everything = [{ at: { kind: 'everything' } as const }];
const rules = { r: { cwe: [79] } };

onBothStores('closing', (store) => {
  const byId = (id: string | undefined) =>
    store()
      .db.selectFrom('finding')
      .selectAll()
      .where('id', '=', id ?? '')
      .executeTakeFirstOrThrow();
  const statuses = async () =>
    (await store().db.selectFrom('finding').select('status').orderBy('id').execute()).map(
      ({ status }) => status,
    );

  test('another revision of the rule closes nothing', async () => {
    await scan(store(), [inFile('a.ts', 1)]);
    const two = await scan(store(), [], { rules: { r: { revision: 2 } }, covered: everything });
    expect(two.closed).toBe(0);
    expect(await statuses()).toEqual(['open']);
  });

  test('what another tool still sees takes the place of what is fixed, and gives it back', async () => {
    const one = await scan(store(), [inFile('a.ts', 1)], { tool: 'one', rules });
    const two = await scan(store(), [inFile('a.ts', 1)], { tool: 'two', rules });
    const three = await scan(store(), [inFile('a.ts', 2)], { tool: 'three', rules });
    const [a, b, c] = [one, two, three].map(({ results }) => results[0]?.id);
    await scan(store(), [], { tool: 'one', rules, covered: everything });
    expect(await byId(a)).toMatchObject({ status: 'fixed', merged_into: b });
    expect(await byId(b)).toMatchObject({ status: 'open', merged_into: null });
    expect(await byId(c)).toMatchObject({ status: 'duplicate', merged_into: b });
    const back = await scan(store(), [inFile('a.ts', 1)], { tool: 'one', rules });
    expect(back.results).toMatchObject([{ id: a, change: 'reopened' }]);
    expect(await byId(a)).toMatchObject({ status: 'duplicate', merged_into: b });
  });

  test('a duplicate that its tool no longer sees is fixed, and does not open with the other', async () => {
    const one = await scan(store(), [inFile('a.ts', 1)], { tool: 'one', rules });
    const two = await scan(store(), [inFile('a.ts', 1)], { tool: 'two', rules });
    await scan(store(), [], { tool: 'two', rules, covered: everything });
    expect(await byId(two.results[0]?.id)).toMatchObject({ status: 'fixed' });
    await scan(store(), [], { tool: 'one', rules, covered: everything });
    expect(await byId(one.results[0]?.id)).toMatchObject({ status: 'fixed' });
    expect(await statuses()).toEqual(['fixed', 'fixed']);
  });

  test('a duplicate that is seen again without its original stands for itself; undo puts it back', async () => {
    const one = await scan(store(), [inFile('a.ts', 1)], { tool: 'one', rules });
    const two = await scan(store(), [inFile('a.ts', 1)], { tool: 'two', rules });
    const [a, b] = [one, two].map(({ results }) => results[0]?.id);
    await scan(store(), [], { tool: 'two', rules, covered: everything });
    await scan(store(), [], { tool: 'one', rules, covered: everything });
    const before = await snapshot();
    const again = await scan(store(), [inFile('a.ts', 1)], { tool: 'two', rules, imports: true });
    expect(again.results).toMatchObject([{ id: b, change: 'reopened' }]);
    expect(await byId(a)).toMatchObject({ status: 'fixed' });
    expect(await byId(b)).toMatchObject({ status: 'open', merged_into: null });
    const kinds = await store()
      .db.selectFrom('finding_history')
      .select('kind')
      .where('finding', '=', b ?? '')
      .where('kind', 'in', ['reopened', 'unmerged'])
      .orderBy('id')
      .execute();
    expect(kinds.map(({ kind }) => kind)).toEqual(['reopened', 'unmerged']);
    await undoScan(store(), again);
    await sameAs(before);
  });

  test('a duplicate that is seen again together with its original stays one', async () => {
    const { results } = await scan(store(), [inFile('a.ts', 1), inFile('b.ts', 1)]);
    const [a, b] = results.map(({ id }) => id);
    await merge(b, a);
    await scan(store(), [], { covered: everything });
    expect(await statuses()).toEqual(['fixed', 'fixed']);
    await scan(store(), [inFile('b.ts', 1), inFile('a.ts', 1)]);
    expect(await byId(b)).toMatchObject({ status: 'duplicate', merged_into: a });
    expect(await byId(a)).toMatchObject({ status: 'open' });
  });

  /** As a person does it. */
  const merge = (id: string | undefined, into: string | undefined) =>
    store().write({ lane: 'interactive' }, (write) =>
      applyTriage(
        write,
        { dialect: store().dialect, project: PROJECT, actor: 'usr_anna', source: 'human', changeSet: null },
        [id ?? ''],
        TriageChange.parse({ status: 'duplicate', duplicateOf: into }),
      ),
    );
  const sameAs = async (before: unknown) =>
    expect(await store().db.selectFrom('finding').selectAll().orderBy('id').execute()).toEqual(before);
  const snapshot = () => store().db.selectFrom('finding').selectAll().orderBy('id').execute();

  for (const imports of [false, true])
    test(`a finding is closed together with its duplicates ${imports ? 'by an import' : 'by a run'}`, async () => {
      const seen = await scan(store(), [inFile('a.ts', 1), inFile('b.ts', 1), inFile('c.ts', 1)]);
      const [a, b, c] = seen.results.map(({ id }) => id);
      // A chain: what was merged first stays merged into what is a duplicate by now.
      await merge(c, b);
      await merge(b, a);
      const before = await snapshot();
      const gone = await scan(store(), [], { covered: everything, imports });
      expect(gone).toMatchObject({ closed: 3 });
      expect(await statuses()).toEqual(['fixed', 'fixed', 'fixed']);
      const said = await store()
        .db.selectFrom('finding_history')
        .select('kind')
        .where('kind', 'in', ['fixed', 'unmerged'])
        .execute();
      expect(said.map(({ kind }) => kind)).toEqual(['fixed', 'fixed', 'fixed']);
      if (!imports) return;
      await undoScan(store(), gone);
      await sameAs(before);
    });

  test('of several duplicates one that is still there takes the place, also over one that goes', async () => {
    const paths = ['a.ts', 'b.ts', 'c.ts', 'd.ts', 'e.ts'];
    const seen = await scan(
      store(),
      paths.map((path) => inFile(path, 1)),
    );
    const [a, b, c, d, e] = seen.results.map(({ id }) => id);
    await merge(c, b);
    await merge(b, a);
    await merge(d, a);
    await merge(e, a);
    const before = await snapshot();
    const gone = await scan(store(), [inFile('c.ts', 1), inFile('e.ts', 1)], {
      covered: everything,
      imports: true,
    });
    expect(gone).toMatchObject({ closed: 3 });
    expect(await byId(a)).toMatchObject({ status: 'fixed', merged_into: c });
    expect(await byId(b)).toMatchObject({ status: 'fixed', merged_into: c });
    expect(await byId(d)).toMatchObject({ status: 'fixed', merged_into: c });
    expect(await byId(c)).toMatchObject({ status: 'open', merged_into: null });
    expect(await byId(e)).toMatchObject({ status: 'duplicate', merged_into: c });
    await undoScan(store(), gone);
    await sameAs(before);
  });

  test('what was merged into a duplicate that goes is the duplicate of the original', async () => {
    const seen = await scan(store(), [inFile('a.ts', 1), inFile('b.ts', 1), inFile('c.ts', 1)]);
    const [a, b, c] = seen.results.map(({ id }) => id);
    await merge(c, b);
    await merge(b, a);
    await scan(store(), [inFile('a.ts', 1), inFile('c.ts', 1)], { covered: everything, imports: true });
    expect(await byId(a)).toMatchObject({ status: 'open', merged_into: null });
    expect(await byId(b)).toMatchObject({ status: 'fixed', merged_into: a });
    expect(await byId(c)).toMatchObject({ status: 'duplicate', merged_into: a });
  });

  test('more than one transaction closes them all, and their undo opens them all', async () => {
    const many = Array.from({ length: 700 }, (_, n) => inFile(`${n}.ts`, 1));
    const { results } = await scan(store(), many);
    // Those at the end are duplicates of those at the beginning.
    for (let n = 0; n < 150; n++) await merge(results[699 - n]?.id, results[n]?.id);
    const before = await snapshot();
    const gone = await scan(store(), [], {
      covered: everything,
      imports: true,
      matching: { closeShare: 1, closeAtLeast: 1 },
    });
    expect(gone.closed).toBe(700);
    expect(new Set(await statuses())).toEqual(new Set(['fixed']));
    await undoScan(store(), gone);
    await sameAs(before);
  });

  test('an import that sees the duplicate of what it no longer sees opens it, and its undo merges it again', async () => {
    await scan(store(), [inFile('a.ts', 1)], { tool: 'one', rules });
    const second = await scan(store(), [inFile('a.ts', 1)], { tool: 'two', rules });
    const before = await snapshot();
    const third = await scan(store(), [{ ...inFile('a.ts', 1), tool: 'two' }], {
      tool: 'one',
      tools: ['two'],
      rules,
      covered: everything,
      imports: true,
    });
    expect(await statuses()).toEqual(['fixed', 'open']);
    expect(await byId(second.results[0]?.id)).toMatchObject({ status: 'open', merged_into: null });
    await undoScan(store(), third);
    const after = await snapshot();
    const told = ({ id, status, merged_into, last_run }: (typeof after)[number]) => [
      id,
      status,
      merged_into,
      last_run,
    ];
    expect(after.map(told)).toEqual(before.map(told));
  });

  test('a run that would close more than the share waits, and closes when it is approved', async () => {
    const many = Array.from({ length: 30 }, (_, n) => inFile(`${n}.ts`, 1));
    await scan(store(), many);
    const run = await scan(store(), many.slice(0, 5), { covered: everything });
    expect(run).toMatchObject({ closed: 0, review: { open: 30, closing: 25 } });
    expect(await statuses()).toEqual(Array(30).fill('open'));
    await store().write({ lane: 'run' }, async ({ tx }) => {
      await tx
        .insertInto('rule')
        .values({
          task: 't',
          id: 'r',
          revision: 1,
          text: JSON.stringify({ title: 'R', severity: 'low', why: '', fix: '' }),
        })
        .execute();
      await tx
        .insertInto('coverage')
        .values({
          run: run.run,
          seq: 1,
          project: PROJECT,
          scope: '{"kind":"everything"}',
          rules: 'null',
          tool: 't',
        })
        .execute();
    });
    // Seen since: that stays.
    await scan(store(), many.slice(5, 7));
    const review = await readReview(store().db, PROJECT, run.review?.id ?? '');
    expect(review.status).toBe('waiting');
    expect((await readReview(store().db, PROJECT, run.run)).id).toBe(review.id);
    await expect(readReview(store().db, 'prj_other', run.run)).rejects.toMatchObject({ code: 'not-found' });
    expect(await closeReviewed(store(), review, 'boss')).toBe(23);
    expect(await statuses()).toEqual([...Array(7).fill('open'), ...Array(23).fill('fixed')]);
    expect((await readReview(store().db, PROJECT, review.id)).status).toBe('approved');
    expect(await closeReviewed(store(), review, 'boss')).toBe(0);
  });

  test('few findings, or a smaller share, close at once; a newer look replaces what waits', async () => {
    const many = Array.from({ length: 30 }, (_, n) => inFile(`${n}.ts`, 1));
    await scan(store(), many);
    const waits = await scan(store(), [], { covered: everything });
    expect(waits.review).not.toBeNull();
    const some = await scan(store(), many.slice(0, 20), { covered: everything });
    expect(some).toMatchObject({ closed: 10, review: null });
    expect((await readReview(store().db, PROJECT, waits.review?.id ?? '')).status).toBe('superseded');
    const few = await scan(store(), many.slice(0, 1), { covered: everything });
    expect(few).toMatchObject({ closed: 19, review: null });
    const never = await scan(store(), [], {
      covered: everything,
      matching: { closeShare: 1, closeAtLeast: 1 },
    });
    expect(never).toMatchObject({ closed: 1, review: null });
  });
});
