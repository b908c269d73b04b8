import { expect, test } from 'vitest';
import { inFile, inPackage, onBothStores, PROJECT, scan } from '../../test/findings/scan.ts';
import { explainFinding } from './explain.ts';
import { applyTriage } from './lifecycle/apply-triage.ts';
import { previewMatching } from './matching-preview.ts';
import { DEFAULT_MATCHING } from './matching-settings.ts';

const rules = { r: { cwe: [79] } };
const cve = { kind: 'cve' as const, value: 'CVE-2024-1' };
const other = { kind: 'cve' as const, value: 'CVE-2024-2' };

onBothStores('explaining', (store) => {
  const explain = (id: string | undefined) => explainFinding(store().db, PROJECT, id ?? '');
  const triage = (id: string | undefined, change: Parameters<typeof applyTriage>[3]) =>
    store().write({ lane: 'interactive' }, (write) =>
      applyTriage(
        write,
        { dialect: store().dialect, project: PROJECT, actor: 'x', source: 'human', changeSet: null },
        [id ?? ''],
        change,
      ),
    );

  test('says how a finding was recognised, and what it took with it', async () => {
    const one = await scan(store(), [inFile('a.ts', 1, { rule: 'old' })], { rules: { old: {} } });
    const id = one.results[0]?.id;
    expect(await explain(id)).toMatchObject({ same: null, changes: [], mergedInto: null, near: [] });
    await scan(store(), [inFile('a.ts', 3, { rule: 'new' })], { rules: { new: { replaces: ['old'] } } });
    await scan(store(), [inFile('b.ts', 3, { rule: 'new' })], { rules: { new: {} }, gone: ['a.ts'] });
    const explained = await explain(id);
    expect(explained.same).toEqual({ by: 'renamed', because: expect.stringContaining('former file') });
    expect(explained.changes.map(({ kind }) => kind)).toEqual(['rule-upgraded', 'moved']);
    expect(explained.changes[0]?.because).toContain('the rule old is new now');
    expect(explained.fingerprints.map(({ kind, version }) => `${kind} ${version}`)).toEqual([
      'moved 2',
      'renamed 2',
    ]);
  });

  test('says why what is near is another finding', async () => {
    const one = await scan(store(), [inFile('a.ts', 10), inFile('a.ts', 11, { key: ['x'] })], {
      tool: 'one',
      rules,
    });
    const two = await scan(store(), [inFile('a.ts', 10), inFile('a.ts', 18, { key: ['y'] })], {
      tool: 'two',
      rules,
    });
    const third = await scan(store(), [inFile('a.ts', 10)], { tool: 'three', rules: { r: { cwe: [80] } } });
    await scan(store(), [inFile('other.ts', 10)], { tool: 'four', rules });
    const { near, duplicates } = await explain(one.results[0]?.id);
    expect(duplicates).toEqual([{ id: two.results[0]?.id, tool: 'two', rule: 'r' }]);
    const because = new Map(near.map((entry) => [entry.id, entry.because]));
    expect(because.get(one.results[1]?.id ?? '')).toContain('one tool reports them as two');
    expect(because.get(two.results[0]?.id ?? '')).toContain('they are one');
    expect(because.get(two.results[1]?.id ?? '')).toContain('more lines lie between');
    expect(because.get(third.results[0]?.id ?? '')).toContain('another weakness');
    expect(because.size).toBe(4);
  });

  test('a merge is taken back, and stays so', async () => {
    const one = await scan(store(), [inFile('a.ts', 10)], { tool: 'one', rules });
    const two = await scan(store(), [inFile('a.ts', 10)], { tool: 'two', rules });
    const id = two.results[0]?.id;
    expect((await explain(id)).mergedInto).toEqual({ id: one.results[0]?.id, tool: 'one', rule: 'r' });
    await triage(id, { status: 'open' });
    await scan(store(), [inFile('a.ts', 10)], { tool: 'two', rules });
    const explained = await explain(id);
    expect(explained.mergedInto).toBeNull();
    expect(explained.near.map(({ because }) => because)).toEqual(['somebody said that they are two']);
    const preview = await previewMatching(store().db, PROJECT, DEFAULT_MATCHING);
    expect(preview).toMatchObject({ wouldMerge: { count: 0 }, wouldSeparate: { count: 0 } });
  });

  test('packages: another bug, another manifest', async () => {
    const one = await scan(store(), [inPackage('pkg:npm/a@1.0.0', [cve])], { tool: 'one' });
    await scan(store(), [inPackage('pkg:npm/a@1.0.0', [other])], { tool: 'two' });
    await scan(
      store(),
      [
        inPackage('', [cve], {
          at: { kind: 'package', purl: 'pkg:npm/a@1.0.0', manifest: 'api/pnpm-lock.yaml' },
        }),
      ],
      { tool: 'three' },
    );
    const { near } = await explain(one.results[0]?.id);
    expect(near.map(({ tool, because }) => `${tool}: ${because}`).sort()).toEqual([
      'three: it is in another manifest',
      'two: they have no id of a bug in common',
    ]);
  });

  test('a preview says what other settings would do, and changes nothing', async () => {
    await scan(store(), [inFile('a.ts', 10), inFile('b.ts', 10)], { tool: 'one', rules });
    const two = await scan(store(), [inFile('a.ts', 10), inFile('b.ts', 15)], { tool: 'two', rules });
    const was = await store().db.selectFrom('finding').selectAll().orderBy('id').execute();
    const preview = (settings: Partial<typeof DEFAULT_MATCHING>) =>
      previewMatching(store().db, PROJECT, { ...DEFAULT_MATCHING, ...settings });
    expect(await preview({})).toMatchObject({ wouldMerge: { count: 0 }, wouldSeparate: { count: 0 } });
    expect(await preview({ lineTolerance: 5 })).toMatchObject({
      wouldMerge: { count: 1, examples: [{ finding: two.results[1]?.id, tool: 'two', otherTool: 'one' }] },
      wouldSeparate: { count: 0 },
    });
    expect(await preview({ crossTool: false })).toMatchObject({
      wouldMerge: { count: 0 },
      wouldSeparate: { count: 1, examples: [{ finding: two.results[0]?.id, otherTool: 'one' }] },
    });
    expect(await store().db.selectFrom('finding').selectAll().orderBy('id').execute()).toEqual(was);
  });
});
