import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { addFindings } from '../servers/lifecycle.ts';
import { Home } from './helper.ts';

/** Reports on a data folder alone. */
const home = new Home();

beforeAll(async () => {
  const first = await home.run(['findings', 'list']);
  expect(first.code, first.err).toBe(0);
  await add(3, 'low');
}, 120_000);
afterAll(() => home.remove());

async function add(count: number, severity: 'low' | 'high'): Promise<void> {
  const store = await openStore({ dataDir: home.data });
  await addFindings(store, count, (n) => ({
    project: 'prj_default',
    place: `src/${severity}${n}.ts`,
    severity,
  }));
  await store.close();
}

const generate = (...args: string[]) => home.run(['report', 'generate', ...args]);

test('two reports are compared, and what is new and bad enough ends with 2', {
  timeout: 240_000,
}, async () => {
  const one = JSON.parse((await generate('--title', 'Before', '--json')).out);
  await add(2, 'high');
  const two = JSON.parse((await generate('--title', 'After', '--json')).out);
  const diff = await home.run(['report', 'diff', 'Before', 'last', '--fail-on', 'new:high,fixed']);
  expect(diff.code, diff.err).toBe(2);
  expect(diff.err).toContain('gate: 2 new of severity high or worse');
  expect(diff.err).not.toContain('fixed');
  expect(diff.out).toMatch(/new +2 +2/);
  const json = await home.run(['report', 'diff', two.id, one.id, '--json', '--fail-on', 'new:critical']);
  expect(json.code, json.err).toBe(0);
  expect(JSON.parse(json.out)).toMatchObject({
    from: one.id,
    to: two.id,
    counts: { new: 2, open: 3 },
    bySeverity: { new: { high: 2, low: 0 } },
  });
  const wrong = await home.run(['report', 'diff', 'Before', 'After', '--fail-on', 'neww']);
  expect(wrong.code).toBe(64);
  expect(wrong.err).toContain("Did you mean 'new'?");
});

test('the format that is named wins over the ending of the file', { timeout: 240_000 }, async () => {
  const read = (name: string) => readFileSync(join(home.path, name), 'utf8');
  const csv = await generate('-o', 'x.out', '--format', 'csv');
  expect(csv.code, csv.err).toBe(0);
  expect(read('x.out').split('\n')[0]).toContain('severity');
  const html = await generate('-o', 'x.csv', '--format', 'html');
  expect(html.code, html.err).toBe(0);
  expect(read('x.csv').toLowerCase()).toContain('<!doctype html>');
  const only = await generate('-o', 'y.out', '--formats', 'markdown');
  expect(only.code, only.err).toBe(0);
  expect(read('y.out')).toMatch(/^# /m);
  const unknown = await generate('-o', 'x.out', '--format', 'cvs');
  expect(unknown.code).toBe(64);
  expect(unknown.err).toContain("Did you mean 'csv'?");
  expect((await generate('-o', 'z.out')).err).toContain('name it with --format');
});

test('findings are exported as the ending of the file says, and a wrong format is named', async () => {
  const read = (name: string) => readFileSync(join(home.path, name), 'utf8');
  const csv = await home.run(['findings', 'export', 'severity:low', '-o', 'low.csv']);
  expect(csv.code, csv.err).toBe(0);
  expect(read('low.csv').split('\r\n')[0]).toMatch(/^id,severity,/);
  expect((await home.run(['findings', 'export', '-o', 'a.vex.json'])).code).toBe(0);
  expect(JSON.parse(read('a.vex.json'))).toMatchObject({ bomFormat: 'CycloneDX' });
  const out = await home.run(['findings', 'export', 'severity:low', '-o', '-', '--format', 'csv']);
  expect(out.out).toBe(read('low.csv'));
  const wrong = await home.run(['findings', 'export', '--format', 'cvs']);
  expect(wrong.code).toBe(64);
  expect(wrong.err).toContain("Did you mean 'csv'?");
});

test('an empty report says that it is, and which names there are not', { timeout: 120_000 }, async () => {
  const empty = await generate('asset:nowhere rule:nothing status:open', '--json');
  expect(empty.code, empty.err).toBe(0);
  expect(empty.err.split('\n').slice(0, 3)).toEqual([
    "The report is empty: no finding fits 'asset:nowhere rule:nothing status:open'.",
    "asset: there is no asset 'nowhere' in this project.",
    "rule: there is no rule 'nothing' in this project.",
  ]);
  expect(JSON.parse(empty.out)).toMatchObject({ findings: 0, notes: [{}, {}].map(() => expect.any(String)) });
  const some = await generate('severity:low', '--json');
  expect(some.err).toBe('');
});

test('a report that failed says what to do, and is not the last one that can be shared', {
  timeout: 240_000,
}, async () => {
  const good = JSON.parse((await generate('--title', 'Good', '--json')).out);
  home.write('old.json', '{"results": 5}');
  const failed = await generate('--file', 'old.json');
  expect(failed.code).toBe(1);
  expect(failed.err).toContain('"results" is a number, and not a list or an object with results');
  expect(failed.err).toContain('make it again');
  expect(failed.err).not.toContain('Wait until');
  const shown = JSON.parse((await home.run(['report', 'show', 'last', '--json'])).out);
  expect(shown).toMatchObject({ status: 'failed' });
  const shared = await home.run(['report', 'share', shown.id]);
  expect(shared.err).not.toContain('Wait until');
  const last = await home.run(['report', 'share', 'last', '--json']);
  expect(last.code, last.err).toBe(0);
  expect(JSON.parse((await home.run(['report', 'shares', good.id, '--json'])).out).items).toHaveLength(1);
  const diff = await home.run(['report', 'diff', 'Before', 'last', '--json']);
  expect(JSON.parse(diff.out), diff.err).toMatchObject({ to: good.id });
  const removed = await home.run(['report', 'remove', 'last']);
  expect(removed.code, removed.err).toBe(0);
  expect((await home.run(['report', 'show', good.id])).code).toBe(0);
});
