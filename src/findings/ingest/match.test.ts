import { expect, test } from 'vitest';
import { ASSET, inFile, inPackage, onBothStores, PROJECT, scan } from '../../../test/findings/scan.ts';
import { undoScan } from '../../../test/findings/undo.ts';
import { newId } from '../../lib/ids.ts';
import { fingerprintsV1 } from '../identity-v1.ts';
import { keyedHash } from '../keyed-hash.ts';

const everything = [{ at: { kind: 'everything' } as const }];
const cve = { kind: 'cve' as const, value: 'CVE-2024-1' };
const ghsa = { kind: 'ghsa' as const, value: 'GHSA-aaaa-bbbb-cccc' };

onBothStores('matching', (store) => {
  const all = () => store().db.selectFrom('finding').selectAll().orderBy('id').execute();
  const kinds = async (id: string | undefined) =>
    (
      await store()
        .db.selectFrom('finding_history')
        .select('kind')
        .where('finding', '=', id ?? '')
        .orderBy('id')
        .execute()
    ).map(({ kind }) => kind);

  test('moved lines', async () => {
    const one = await scan(store(), [inFile('a.ts', 1)]);
    const two = await scan(store(), [inFile('a.ts', 40)], { covered: everything });
    expect(two.results).toMatchObject([{ id: one.results[0]?.id, change: 'seen' }]);
    expect(two.closed).toBe(0);
    expect(await all()).toMatchObject([{ matched: 'moved', status: 'open' }]);
  });

  test('a renamed file, only when the former one is gone', async () => {
    const one = await scan(store(), [inFile('old.ts', 1)]);
    const copied = await scan(store(), [inFile('copy.ts', 1)]);
    expect(copied.results).toMatchObject([{ change: 'new' }]);
    const renamed = await scan(store(), [inFile('new.ts', 3), inFile('copy.ts', 1)], {
      gone: ['old.ts'],
      covered: everything,
    });
    expect(renamed.results).toMatchObject([
      { id: one.results[0]?.id, change: 'seen' },
      { id: copied.results[0]?.id, change: 'seen' },
    ]);
    expect(renamed.closed).toBe(0);
    expect(await kinds(one.results[0]?.id)).toEqual(['moved']);
    // It has the fingerprints of the new place, and no longer those of the old one.
    const again = await scan(store(), [inFile('new.ts', 3), inFile('old.ts', 1)]);
    expect(again.results).toMatchObject([{ id: one.results[0]?.id, change: 'seen' }, { change: 'new' }]);
  });

  test('a rule that replaces others takes their findings over', async () => {
    const one = await scan(
      store(),
      [inFile('a.ts', 1, { rule: 'old' }), inFile('b.ts', 1, { rule: 'older' })],
      {
        rules: { old: {}, older: {} },
        covered: everything,
      },
    );
    const rules = { new: { replaces: ['old', 'older'], revision: 2 } };
    const two = await scan(
      store(),
      [
        inFile('a.ts', 5, { rule: 'new' }),
        inFile('b.ts', 1, { rule: 'new' }),
        inFile('c.ts', 1, { rule: 'new' }),
      ],
      { rules, covered: everything },
    );
    expect(two.results).toMatchObject([
      { id: one.results[0]?.id, change: 'seen' },
      { id: one.results[1]?.id, change: 'seen' },
      { change: 'new' },
    ]);
    expect(await all()).toMatchObject([
      { rule: 'new', rule_revision: 2, matched: 'upgraded', status: 'open' },
      { rule: 'new', rule_revision: 2, matched: 'upgraded', status: 'open' },
      { rule: 'new', status: 'open' },
    ]);
    expect(await kinds(one.results[0]?.id)).toEqual(['rule-upgraded']);
    const three = await scan(
      store(),
      [inFile('a.ts', 5, { rule: 'new' }), inFile('b.ts', 1, { rule: 'new' })],
      {
        rules,
      },
    );
    expect(three.results.map(({ id }) => id)).toEqual(one.results.map(({ id }) => id));
    expect((await all())[0]).toMatchObject({ matched: 'exact' });
  });

  test('CVE and then GHSA of one bug in one package is one finding', async () => {
    const rules = { cve: {}, ghsa: {} };
    const one = await scan(store(), [inPackage('pkg:npm/a@1.0.0', [cve], { rule: 'cve' })], { rules });
    const both = inPackage('pkg:npm/a@1.0.0', [ghsa, cve], { rule: 'ghsa' });
    const two = await scan(store(), [both], { rules, covered: everything });
    expect(two).toMatchObject({ results: [{ id: one.results[0]?.id, change: 'seen' }], closed: 0 });
    // Alias-closed: from now on it is known under GHSA alone, too.
    const three = await scan(store(), [inPackage('pkg:npm/a@1.0.0', [ghsa], { rule: 'third' })], {
      rules: { third: {} },
    });
    expect(three.results).toMatchObject([{ id: one.results[0]?.id, change: 'seen' }]);
    expect(await all()).toMatchObject([{ matched: 'alias', rule: 'third' }]);
  });

  test('CVE and GHSA of one bug in one report are one finding, also when that comes again', async () => {
    const rules = { cve: {}, ghsa: {} };
    const report = [
      inPackage('pkg:npm/a@1.0.0', [cve], { rule: 'cve' }),
      inPackage('pkg:npm/a@1.0.0', [ghsa, cve], { rule: 'ghsa' }),
    ];
    for (const chunk of [1, 2]) {
      const { results, closed } = await scan(store(), report, { rules, chunk, covered: everything });
      expect(results.map(({ id }) => id)).toEqual([(await all())[0]?.id, (await all())[0]?.id]);
      expect(results.map(({ again }) => again)).toEqual([false, true]);
      expect(closed).toBe(0);
    }
    expect(await all()).toMatchObject([{ rule: 'cve', status: 'open' }]);
    const refs = await store().db.selectFrom('finding_ref').select('value').orderBy('value').execute();
    expect(refs.map(({ value }) => value)).toEqual([cve.value, ghsa.value]);
  });

  test('another version of the package is the same finding', async () => {
    const one = await scan(store(), [inPackage('pkg:npm/a@1.0.0', [cve])]);
    const two = await scan(store(), [inPackage('pkg:npm/a@1.0.1', [cve])], { covered: everything });
    expect(two.results).toMatchObject([{ id: one.results[0]?.id, change: 'seen' }]);
    expect(await all()).toMatchObject([{ matched: 'moved', status: 'open' }]);
  });

  test('the same CVE in several packages, versions and paths stays several findings (78 of Trivy)', async () => {
    const report = Array.from({ length: 78 }, (_, n) =>
      inPackage(`pkg:deb/debian/lib-${n % 13}@1.${n % 2}`, [cve], {
        rule: 'CVE-2024-1',
        at: {
          kind: 'package',
          purl: `pkg:deb/debian/lib-${n % 13}@1.${n % 2}`,
          manifest: `layer-${Math.floor(n / 26)}`,
        },
      }),
    );
    const rules = { 'CVE-2024-1': {} };
    const one = await scan(store(), report, { rules, imports: true, chunk: 20 });
    expect(new Set(one.results.map(({ id }) => id)).size).toBe(78);
    for (const order of [report, report.toReversed()]) {
      const again = await scan(store(), order, { rules, imports: true, chunk: 20, covered: everything });
      expect(again.results.map(({ change }) => change)).toEqual(Array(78).fill('seen'));
      expect(again.closed).toBe(0);
    }
    expect(await all()).toHaveLength(78);
  });

  test('the same report again leaves everything as it was', async () => {
    const report = Array.from({ length: 34 }, (_, n) =>
      inFile(`src/${n % 5}.ts`, 1 + (n % 3), {
        key: ['same'],
        toolPrints: [{ name: 'hash/v1', value: `h${n % 4}` }],
      }),
    );
    const one = await scan(store(), report, { imports: true, chunk: 10, covered: everything });
    const was = await all();
    expect(was).toHaveLength(34);
    const two = await scan(store(), report, { imports: true, chunk: 10, covered: everything });
    expect(two.results.map(({ change }) => change)).toEqual(Array(34).fill('seen'));
    expect(two.results.map(({ id }) => id)).toEqual(one.results.map(({ id }) => id));
    expect(two.closed).toBe(0);
    expect((await all()).map(({ status }) => status)).toEqual(Array(34).fill('open'));
  });

  test('46 siblings with the same rule, path and key are told apart by their order', async () => {
    const at = (shift: number) => Array.from({ length: 46 }, (_, n) => inFile('a.ts', 1 + n + shift));
    const one = await scan(store(), at(0));
    const moved = await scan(store(), at(10), { covered: everything });
    expect(moved.results.map(({ id }) => id)).toEqual(one.results.map(({ id }) => id));
    const [first, ...others] = at(10);
    expect(first).toBeDefined();
    const fixed = await scan(store(), others, { covered: everything });
    expect(fixed.closed).toBe(1);
    expect((await all()).map(({ status }) => status)).toEqual(['fixed', ...Array(45).fill('open')]);
  });

  test('what the tool gives finds a finding whose place and text have changed', async () => {
    const toolPrints = [{ name: 'primaryLocationLineHash', value: 'abc:1' }];
    const one = await scan(store(), [inFile('a.ts', 1, { toolPrints })], { imports: true });
    const two = await scan(store(), [inFile('moved/b.ts', 7, { key: ['other'], toolPrints })], {
      imports: true,
      covered: everything,
    });
    expect(two.results).toMatchObject([{ id: one.results[0]?.id, change: 'seen' }]);
    const other = await scan(store(), [inFile('c.ts', 1, { key: ['other'], toolPrints, rule: 's' })], {
      imports: true,
      rules: { s: {} },
    });
    expect(other.results).toMatchObject([{ change: 'new' }]);
  });

  test('an import that is undone gives a finding its former rule, place and fingerprints back', async () => {
    const toolPrints = [{ name: 'h', value: '1' }];
    const one = await scan(store(), [inFile('a.ts', 1, { toolPrints })], { imports: true });
    const prints = () =>
      store().db.selectFrom('finding_fingerprint').selectAll().orderBy('kind').orderBy('value').execute();
    const [was, printsBefore] = [await all(), await prints()];
    const moved = await scan(store(), [inFile('b.ts', 1, { toolPrints })], { imports: true });
    expect(await prints()).not.toEqual(printsBefore);
    await undoScan(store(), moved);
    expect(await prints()).toEqual(printsBefore);
    expect(await all()).toEqual(was);
    const again = await scan(store(), [inFile('a.ts', 1)], { imports: true });
    expect(again.results).toMatchObject([{ id: one.results[0]?.id, change: 'seen' }]);
  });

  test('a finding with fingerprints of a former version gets the new ones and stays itself', async () => {
    const { results } = await scan(store(), [inFile('a.ts', 1), inFile('b.ts', 1), inFile('c.ts', 1)]);
    const keyed = keyedHash(Buffer.alloc(32, 1));
    await store().write({ lane: 'run' }, async ({ tx }) => {
      await tx.deleteFrom('finding_fingerprint').execute();
      for (const [index, { id }] of results.entries()) {
        const { at, key } = inFile(`${'abc'[index]}.ts`, 1);
        const input = { project: PROJECT, asset: ASSET, task: 't', rule: 'r', at, key };
        for (const { kind, value } of fingerprintsV1(keyed, input))
          await tx
            .insertInto('finding_fingerprint')
            .values({ finding: id, kind, version: 1, value: Buffer.from(value, 'hex') })
            .execute();
      }
    });
    const again = await scan(store(), [inFile('a.ts', 1), inFile('b.ts', 9), inFile('d.ts', 1)], {
      gone: ['c.ts'],
      covered: everything,
    });
    expect(again.results).toMatchObject(results.map(({ id }) => ({ id, change: 'seen' })));
    expect(again.closed).toBe(0);
    expect((await all()).map(({ matched }) => matched)).toEqual(['older', 'older', 'renamed']);
    const versions = await store()
      .db.selectFrom('finding_fingerprint')
      .select(['kind', 'version'])
      .where('finding', '=', results[0]?.id ?? newId('fnd'))
      .orderBy('kind')
      .execute();
    expect(versions).toEqual([
      { kind: 'moved', version: 2 },
      { kind: 'renamed', version: 2 },
    ]);
  });
});

onBothStores('merging', (store) => {
  const rules = { r: { cwe: [79] } };
  const byId = async (id: string | undefined) =>
    store()
      .db.selectFrom('finding')
      .selectAll()
      .where('id', '=', id ?? '')
      .executeTakeFirstOrThrow();

  test('two tools, one bug: the second is a duplicate of the first, with reason and decision', async () => {
    const one = await scan(store(), [inFile('a.ts', 10)], { tool: 'one', rules });
    const two = await scan(
      store(),
      [inFile('a.ts', 11, { key: ['x'] }), inFile('a.ts', 40, { key: ['y'] }), inFile('b.ts', 10)],
      { tool: 'two', rules },
    );
    expect(two.results.map(({ mergedInto }) => mergedInto)).toEqual([one.results[0]?.id, null, null]);
    expect(await byId(two.results[0]?.id)).toMatchObject({
      status: 'duplicate',
      merged_into: one.results[0]?.id,
    });
    const decision = await store().db.selectFrom('decision').selectAll().executeTakeFirstOrThrow();
    expect(decision).toMatchObject({ source: 'import', from_status: 'open', to_status: 'duplicate' });
    const [entry] = await store().db.selectFrom('finding_history').selectAll().execute();
    expect(entry).toMatchObject({ kind: 'merged', finding: two.results[0]?.id });
    expect(JSON.parse(entry?.data ?? '{}')).toMatchObject({ because: 'weakness', tool: 'one', rule: 'r' });
  });

  test('not with another weakness, another line than the tolerance, or when it is off', async () => {
    await scan(store(), [inFile('a.ts', 10)], { tool: 'one', rules });
    const other = await scan(store(), [inFile('a.ts', 10)], { tool: 'two', rules: { r: { cwe: [80] } } });
    const far = await scan(store(), [inFile('a.ts', 13)], { tool: 'three', rules });
    const itself = await scan(store(), [inFile('a.ts', 10, { key: ['other'] })], { tool: 'one', rules });
    const off = await scan(store(), [inFile('a.ts', 10)], {
      tool: 'four',
      rules,
      matching: { crossTool: false },
    });
    for (const { results } of [other, far, off, itself])
      expect(results).toMatchObject([{ change: 'new', mergedInto: null }]);
  });

  test('two findings of one tool never become one over another tool, and the nearest line counts', async () => {
    const at = (line: number, key: string) => inFile('a.ts', line, { key: [key] });
    const one = await scan(store(), [at(10, 'a')], { tool: 'one', rules });
    await scan(store(), [at(10, 'b')], { tool: 'two', rules });
    const more = await scan(store(), [at(11, 'c')], { tool: 'one', rules });
    expect(more.results).toMatchObject([{ change: 'new', mergedInto: null }]);
    const three = await scan(store(), [at(11, 'd'), at(10, 'e')], { tool: 'three', rules });
    expect(three.results.map(({ mergedInto }) => mergedInto)).toEqual([
      more.results[0]?.id,
      one.results[0]?.id,
    ]);
  });

  test('one package under one id, whatever the tools call its manifest; chains end at the first', async () => {
    const at = (manifest?: string) => ({
      kind: 'package' as const,
      purl: 'pkg:npm/a@1.0.0',
      ...(manifest === undefined ? {} : { manifest }),
    });
    const one = await scan(store(), [inPackage('', [cve], { at: at('web/package-lock.json') })], {
      tool: 'one',
    });
    const two = await scan(store(), [inPackage('', [ghsa, cve], { at: at('/package-lock.json') })], {
      tool: 'two',
    });
    const three = await scan(store(), [inPackage('', [ghsa], { at: at() })], { tool: 'three' });
    const other = await scan(store(), [inPackage('', [ghsa], { at: at('api/package-lock.json') })], {
      tool: 'four',
    });
    const first = one.results[0]?.id;
    expect(two.results).toMatchObject([{ mergedInto: first }]);
    expect(three.results).toMatchObject([{ mergedInto: first }]);
    expect(other.results).toMatchObject([{ mergedInto: null }]);
  });

  test('two tools in one report', async () => {
    const { results } = await scan(
      store(),
      [inFile('a.ts', 1), { ...inFile('a.ts', 1), tool: 'two' }, { ...inFile('a.ts', 2), tool: 'three' }],
      { tool: 'one', rules, imports: true, tools: ['two', 'three'] },
    );
    expect(results.map(({ mergedInto }) => mergedInto)).toEqual([null, results[0]?.id, results[0]?.id]);
  });
});
