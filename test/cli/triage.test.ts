import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { addFindings } from '../servers/lifecycle.ts';
import { Home } from './helper.ts';

/** The commands on a data folder alone: jobs are done when the command is. */
const home = new Home();
let ids: string[] = [];

beforeAll(async () => {
  const first = await home.run(['findings', 'list']);
  expect(first.code, first.err).toBe(0);
  const store = await openStore({ dataDir: home.data });
  ids = await addFindings(store, 120, (n) => ({
    project: 'prj_default',
    rule: n < 20 ? 'few' : 'many',
    place: `src/${n}.ts`,
    // Sleeps until a time that is over: no server runs here that looks at the clock.
    snooze_until: n === 119 ? 5 : null,
    severity: n === 0 ? 'critical' : 'low',
  }));
  await store.close();
}, 120_000);
afterAll(() => home.remove());

const json = async (...args: string[]) => {
  const { code, out, err } = await home.run([...args, '--json']);
  expect({ code, err }).toMatchObject({ code: 0 });
  return JSON.parse(out);
};

test('decides, tells, and takes back', { timeout: 240_000 }, async () => {
  const [first = ''] = ids;
  const one = await home.run([
    'findings',
    'triage',
    first.slice(-8),
    '--status',
    'false-positive',
    '--reason',
    'sanitised',
    '--comment',
    'Cleaned before',
  ]);
  expect(one.out).toMatch(/^1 changed\nto take it back: sentinelx findings undo chg_/);
  const history = await home.run(['findings', 'history', first]);
  expect(history.out).toContain('made it false-positive (was open), because: sanitised');
  expect(history.out).toContain('    Cleaned before');

  const many = ['findings', 'triage', '--query', 'rule:many'];
  const change = ['--status', 'confirmed', '--label', 'later', '--snooze', '30d', '--assign', 'me'];
  const dry = await home.run([...many, ...change, '--dry-run']);
  expect(dry.out).toContain('100 of 100 would change: 100 low');
  expect(dry.out).toContain('nothing was changed');
  const done = await json(...many, ...change);
  expect(done.change).toMatchObject({ status: 'done', changed: 100, total: 100 });

  const list = await home.run(['findings', 'list', 'rule:many']);
  expect(list.out).toContain("No finding fits 'rule:many'.");
  expect(list.out).toContain('100 not shown: 100 snoozed');
  const shown = await home.run(['findings', 'list', 'is:snoozed', '-n', '2']);
  expect(shown.out).toContain('confirmed');
  expect(shown.out).toContain('#later');

  const undone = await home.run(['findings', 'undo', 'last']);
  expect(undone.out).toContain('100 undone');
  expect((await json('findings', 'list', 'rule:many', '--all')).items).toHaveLength(100);

  // What was undone, what changed nothing and what is hidden by a rule is not the last one: the decision about one finding is.
  const empty = await json('findings', 'triage', '--query', 'rule:none-such', '--status', 'confirmed');
  expect(empty.change).toMatchObject({ changed: 0 });
  const again = await home.run(['findings', 'undo', 'last']);
  expect(again.code, again.err).toBe(0);
  expect(again.out).toContain('1 undone');
});

test('says what is wrong before anything is changed', { timeout: 120_000 }, async () => {
  const wrong = async (...args: string[]) => {
    const { code, err } = await home.run(['findings', 'triage', ...args]);
    expect(code, args.join(' ')).toBe(64);
    return err;
  };
  expect(await wrong()).toContain('one of the two');
  expect(await wrong(ids[1] ?? '')).toContain('Say what is to be different');
  expect(await wrong(ids[1] ?? '', '--status', 'confirmd')).toContain("Did you mean 'confirmed'?");
  expect(await wrong(ids[1] ?? '', '--snooze', 'tomorrow')).toContain('--snooze expects a time');
  expect(await wrong('--query', 'rul:x', '--status', 'open')).toContain("Did you mean 'rule:'?");
  const refused = await home.run(['findings', 'triage', 'fnd_none', '--status', 'confirmed']);
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.out).toContain('0 changed, 1 skipped, because there is no such finding');
});

test('hides by a rule and shows again', { timeout: 120_000 }, async () => {
  const rule = ['--query', 'rule:few severity:low', '--reason', 'test-code', '--expires', '90d'];
  const made = await home.run(['suppression', 'add', 'Few', ...rule]);
  expect(made.out).toMatch(/^19 hidden, and what comes and fits\n/);
  expect((await home.run(['suppression', 'list'])).out).toContain('Few');
  const ended = await home.run(['suppression', 'end', 'Few']);
  expect(ended.code, ended.err).toBe(0);
  expect((await json('findings', 'list', 'rule:few', '--all')).items).toHaveLength(20);
});

test('a rule is changed: what its query fits follows, an end is taken away', {
  timeout: 120_000,
}, async () => {
  const hidden = async () => (await json('findings', 'list', 'is:suppressed', '--all')).items.length;
  await json(
    'suppression',
    'add',
    'Place',
    '--query',
    'path:src/2',
    '--reason',
    'test-code',
    '--expires',
    '9d',
  );
  const before = await hidden();
  const dry = await home.run(['suppression', 'edit', 'Place', '--query', 'path:src/3', '--dry-run']);
  expect(dry.out).toMatch(
    /^\d+ of \d+ stay hidden, \d+ would be shown again, \d+ more hidden\nnothing was changed/,
  );
  expect(await hidden()).toBe(before);

  const edited = await home.run([
    'suppression',
    'edit',
    'Place',
    '--query',
    'path:src/7.ts',
    '--expires',
    'never',
  ]);
  expect({ code: edited.code, err: edited.err }).toMatchObject({ code: 0 });
  expect(edited.out).toContain('changed; 1 hidden by it');
  expect(await hidden()).toBe(1);
  const rules = (await json('suppression', 'list')).items;
  expect(rules.find(({ name }: { name: string }) => name === 'Place')).toMatchObject({
    query: 'path:src/7.ts',
    reason: 'test-code',
    expires: null,
  });

  const wrong = async (...args: string[]) => {
    const { code, err } = await home.run(['suppression', 'edit', ...args]);
    expect(code, args.join(' ')).toBe(64);
    return err;
  };
  expect(await wrong('Place')).toContain('Say what is to be different');
  expect(await wrong('Place', '--dry-run')).toContain('name one');
  expect(await wrong('Place', '--expires', '2001-01-01')).toContain('future');
  expect(await wrong('Place', '--query', 'rul:x')).toContain("Did you mean 'rule:'?");
  expect(await wrong('Place', '--reason', 'other')).toContain('needs a comment');
  expect((await home.run(['suppression', 'edit', 'Plaice', '--name', 'x'])).code).not.toBe(0);
  expect((await home.run(['suppression', 'end', 'Place'])).code).toBe(0);
});

test('a saved view is a list', { timeout: 120_000 }, async () => {
  await json('view', 'add', 'Worst first', 'severity:critical show:hidden');
  const list = await json('findings', 'list', '--view', 'Worst first');
  expect(list.items).toMatchObject([{ severity: 'critical' }]);
  const unknown = await home.run(['findings', 'list', '--view', 'Worst']);
  expect(unknown.err).toContain("Did you mean 'Worst first'?");
});
