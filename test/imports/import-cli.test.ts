import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Home, type Outcome, type RunningServer, startServer } from '../cli/helper.ts';
import { sarif } from './helper.ts';

/** Alone, beside a running server of the same folder, and against a server elsewhere, which gets the file. */
const homes = { alone: new Home(), owner: new Home(), far: new Home(), client: new Home() };
const servers: RunningServer[] = [];
const ways: Record<string, (args: string[], input?: string) => Promise<Outcome>> = {};

const ESCAPE = '\u001b[31mred\u001b]0;title\u0007';
const GOOD = sarif([
  { rule: 'r1', path: 'src/a.ts', message: `one ${ESCAPE}` },
  { rule: 'r2', path: 'src/b.ts' },
]);
const BOMB = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb">]><nmaprun><host>&b;</host></nmaprun>';
const MAPPING = 'format: csv\ntool: ours\nfields: { rule: Check, path: File }\n';

beforeAll(async () => {
  for (const home of Object.values(homes)) {
    home.write('shop.sarif', GOOD);
    home.write('cut.sarif', GOOD.slice(0, -60));
    home.write('notes.txt', 'nothing to see');
    home.write('bomb.xml', BOMB);
    home.write('ours.yaml', MAPPING);
    home.write('ours.csv', 'Check,File\nA,x.c\n');
  }
  servers.push(await startServer(homes.owner), await startServer(homes.far));
  const remote = { SENTINELX_SERVER: servers[1]?.url ?? '', SENTINELX_TOKEN: servers[1]?.token ?? '' };
  ways.alone = (args, input) => homes.alone.run(args, { input: input ?? '' });
  ways.owner = (args, input) => homes.owner.run(args, { input: input ?? '' });
  ways.remote = (args, input) => homes.client.run(args, { input: input ?? '', env: remote });
}, 120_000);
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  for (const home of Object.values(homes)) home.remove();
}, 60_000);

test.each(['alone', 'owner', 'remote'])(
  'import, receipt, undo: %s',
  async (way) => {
    const run = ways[way] as NonNullable<(typeof ways)[string]>;
    const first = await run(['findings', 'import', 'shop.sarif', '--json']);
    expect(first.code, first.err).toBe(0);
    const said = JSON.parse(first.out);
    expect(said).toMatchObject({
      receipt: { parsed: 2, new: 2, matched: 0, reopened: 0, closed: 0, skipped: 0 },
      format: 'sarif',
      tools: ['example'],
      asset: 'shop',
      problems: [],
    });
    const piped = await run(['findings', 'import', '-', '--asset', 'shop'], GOOD);
    expect(piped.code, piped.err).toBe(0);
    expect(piped.out).toContain('2 parsed: 0 new, 2 known');
    const cut = await run(['findings', 'import', 'cut.sarif', '--asset', 'shop']);
    expect(cut.code).toBe(3);
    expect(cut.out).toContain('cut off');
    const unknown = await run(['findings', 'import', 'notes.txt']);
    expect(unknown.code).toBe(1);
    expect(unknown.err).toContain('of no tool that is known');
    const failed = await run(['findings', 'import', 'notes.txt', '--json']);
    expect(JSON.parse(failed.out)).toMatchObject({
      status: 'failed',
      problems: [
        {
          at: 'notes.txt',
          code: 'unknown-format',
          message: expect.stringContaining('of no tool that is known'),
        },
      ],
    });
    const bomb = await run(['findings', 'import', 'bomb.xml', '--format', 'nmap']);
    const refusals = `${bomb.out}${bomb.err}`.match(/entities of its own|not finished|problem:/g);
    expect(refusals, 'its reason once, and no other').toEqual(['entities of its own']);
    expect(unknown.out, 'it changed nothing').not.toContain('take it back');
    expect(piped.out).toContain('to take it back: sentinelx findings undo');
    expect((await run(['findings', 'import', 'missing.sarif'])).code).toBe(64);
    const mapped = await run(['findings', 'import', 'ours.csv', '--mapping', 'ours.yaml', '--json']);
    expect(JSON.parse(mapped.out)).toMatchObject({ tools: ['ours'], receipt: { new: 1 } });
    const list = await run(['findings', 'list', 'task:example']);
    expect(list.out).not.toContain('\u001b[31mred');
    const undone = await run(['findings', 'undo', said.run]);
    expect(undone.out).toContain('left as they are: a later run or import has seen it');
    const receipt = await run(['findings', 'receipt', said.run.slice(-8), '--json']);
    expect(receipt.code, receipt.err).toBe(0);
    expect(JSON.parse(receipt.out)).toMatchObject({ run: said.run, undo: { removed: 0 } });
    const imports = await run(['findings', 'imports']);
    expect(imports.out.split('\n').filter((line) => line.includes(' undone '))).toHaveLength(1);
    expect((await run(['findings', 'receipt', said.run])).out).toMatch(/taken back .*: 0 removed/);
    const back = await run(['findings', 'undo', JSON.parse(mapped.out).run.slice(-8), '--json']);
    expect(JSON.parse(back.out)).toMatchObject({ undo: { removed: 1, restored: 0, kept: [] } });
    const removed = await run(['findings', 'change-items', JSON.parse(back.out).change, '--json']);
    expect(JSON.parse(removed.out).items[0].before.removed).toMatchObject({ rule: 'A' });
    const history = await run(['findings', 'history', JSON.parse(removed.out).items[0].finding]);
    expect(history.out, history.err).toContain('that had found it was undone');
    expect((await run(['findings', 'undo', 'run_nothing'])).code).toBe(64);
    const again = await run([
      'findings',
      'import',
      'ours.csv',
      '--mapping',
      'ours.yaml',
      '--asset',
      `last-${way}`,
    ]);
    expect(again.code, again.err).toBe(0);
    const last = await run(['findings', 'undo', 'last', '--json']);
    expect(last.code, last.err).toBe(0);
    expect(JSON.parse(last.out)).toMatchObject({ run: expect.stringMatching(/^run_/), undo: { removed: 1 } });
    const twice = await run(['findings', 'undo', JSON.parse(last.out).run]);
    expect(twice).toMatchObject({ code: 1, err: expect.stringContaining('has been undone already') });
  },
  240_000,
);

test('the guide shows what a receipt looks like', async () => {
  const guide = readFileSync(join(import.meta.dirname, '../../docs/guides/importing.md'), 'utf8');
  expect(guide).toMatch(/\d+ parsed: \d+ new, \d+ known, \d+ reopened, \d+ closed, \d+ skipped/);
});
