import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Home, outcome, startServer, until } from './helper.ts';

let home: Home;
beforeEach(() => {
  home = new Home();
});
afterEach(() => home.remove());

const VECTOR = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
const SCORE = `{ name: score, task: cvss, params: { vector: '${VECTOR}' } }`;

/** What the issue lists: refused with the line and the reason, before anything runs. */
const BAD: [name: string, line: number, reason: RegExp, document: string][] = [
  [
    'a cycle',
    3,
    /a → b → a|b → a → b/,
    `name: x\nsteps:\n  - { name: a, task: cvss, depends_on: b, params: { vector: '${VECTOR}' } }\n  - { name: b, task: cvss, depends_on: a, params: { vector: '${VECTOR}' } }\n`,
  ],
  ['an unknown task', 3, /no task 'cvs'.*cvss/, 'name: x\nsteps:\n  - { name: a, task: cvs }\n'],
  [
    'an unknown reference',
    4,
    /no step 'scna'/,
    `name: x\nsteps:\n  - ${SCORE}\n  - { name: b, task: cvss, params: { vector: '\${{ steps.scna.output }}' } }\n`,
  ],
  [
    'a reference of the wrong type',
    4,
    /expects text/,
    `name: x\ninputs: { n: integer }\nsteps:\n  - { name: a, task: cvss, params: { vector: '\${{ inputs.n }}' } }\n`,
  ],
  [
    'a list of a million',
    3,
    /10000|10,000/,
    `name: x\nsteps:\n  - { name: a, task: cvss, for_each: range(1000000), params: { vector: '\${{ item }}' } }\n`,
  ],
  [
    'a workflow that starts itself',
    2,
    /itself|its own/,
    `name: x\non: { event: workflow-run.ended }\nsteps:\n  - ${SCORE}\n`,
  ],
  [
    'a YAML bomb',
    1,
    /alias|repeat/i,
    'a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]\ne: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d]\nf: [*e, *e, *e, *e, *e, *e, *e, *e, *e]\n',
  ],
  [
    'a task that was left out on purpose',
    3,
    /left out|on purpose|defensive/,
    'name: x\nsteps:\n  - { name: a, task: exploit, params: {} }\n',
  ],
];

test('what is wrong is refused with its line and the reason, and nothing runs', {
  timeout: 120_000,
}, async () => {
  for (const [name, line, reason, document] of BAD) {
    const file = home.write(`${name.replaceAll(' ', '-')}.yaml`, document);
    const { code, out, err } = await home.run(['workflow', 'run', file]);
    expect(code, `${name}\n${err}`).toBe(64);
    expect(out, name).toBe('');
    const place = err.split('\n').find((one) => reason.test(one));
    expect(place, `${name}\n${err}`).toMatch(new RegExp(`\\.yaml:${line === 1 ? '\\d+' : line}:\\d+: `));
  }
  const runs = await home.run(['workflow', 'runs', '--json']);
  expect(JSON.parse(runs.out).items).toEqual([]);
});

test('a secret in plain text is warned of, and inputs that are wrong are named', {
  timeout: 60_000,
}, async () => {
  const plain = home.write(
    'plain.yaml',
    `name: x\ninputs: { n: { type: integer, default: 1 } }\nsteps:\n  - { name: a, operation: projects.create, params: { slug: shop, name: ghp_${'a1B2'.repeat(9)} } }\n`,
  );
  const checked = await home.run(['workflow', 'validate', plain]);
  expect(checked.out).toMatch(/^warning {2}.*plain\.yaml:4:\d+: .*secret/m);
  expect(checked.code).toBe(0);
  const wrong = await home.run(['workflow', 'run', plain, '--var', 'n=many', '--var', 'm=1']);
  expect(wrong.code).toBe(64);
  expect(wrong.err).toMatch(/n: expects a whole number/);
  expect(wrong.err).toMatch(/m: is not an input/);
  const words = await home.run(['workflow', 'run', plain, '--var', 'n']);
  expect(words.err).toMatch(/--var expects name=value/);
  expect((await home.run(['workflow', 'run', plain, '--detach'])).err).toMatch(/--detach needs a server/);
});

test('a trigger is changed in one part, and what it was limited to is taken away', {
  timeout: 120_000,
}, async () => {
  home.write('triage.yaml', 'name: triage\nsteps:\n  - { name: wait, wait: 1h }\n');
  const json = async (...args: string[]) => {
    const { code, out, err } = await home.run([...args, '--json']);
    expect({ code, err }).toMatchObject({ code: 0 });
    return JSON.parse(out);
  };
  await json('workflow', 'save', 'triage.yaml');
  const event = ['trigger', 'add', 'triage', 'event', '--event', 'finding.created'];
  const { id } = await json(...event, '--query', 'severity:high');
  const edit = ['trigger', 'edit', id.slice(-8)];
  expect(await json(...edit, '--query', 'severity:critical')).toMatchObject({
    id,
    event: 'finding.created',
    query: 'severity:critical',
  });
  expect(await json(...edit, '--event', 'finding.reopened')).toMatchObject({
    event: 'finding.reopened',
    name: 'finding.reopened',
    query: 'severity:critical',
  });
  expect((await json(...edit, '--query', 'null')).query).toBeNull();

  const wrong = async (...args: string[]) => {
    const { code, err } = await home.run([...edit, ...args]);
    expect(code, args.join(' ')).toBe(64);
    return err;
  };
  expect(await wrong()).toContain('expects what is to be different');
  expect(await wrong('--query', 'severty:x')).toContain("Did you mean 'severity:'?");
  expect(await wrong('--event', 'nonsense.happened')).toContain("no event 'nonsense.happened'");
  expect((await json('trigger', 'list')).items).toMatchObject([
    { id, event: 'finding.reopened', query: null },
  ]);
  const none = await home.run(['trigger', 'edit', 'trg_none', '--query', 'null']);
  expect(none.err).toContain("no trigger 'trg_none'");
});

test('Ctrl-C cancels, waits for what cleans up, and ends with 130', { timeout: 60_000 }, async () => {
  home.write(
    'long.yaml',
    `name: long\nsteps:\n  - { name: wait, wait: 1h }\nfinally:\n  - { name: tidy, task: cvss, params: { vector: '${VECTOR}' } }\n`,
  );
  const child = home.start(['workflow', 'run', 'long.yaml', '--json']);
  const ended = outcome(child);
  await until(child, 'stderr', /waiting +wait/);
  child.kill('SIGINT');
  const { code, out, err } = await ended;
  expect(code).toBe(130);
  expect(err).toContain('cancelling');
  const { run } = JSON.parse(out);
  expect(run.status).toBe('cancelled');
  expect(run.steps.map((step: { name: string; status: string }) => [step.name, step.status])).toEqual([
    ['wait', 'cancelled'],
    ['tidy', 'done'],
  ]);
});

test('alone, an approval is given by another command and the run goes on', { timeout: 60_000 }, async () => {
  home.write(
    'gate.yaml',
    `name: gate\nsteps:\n  - { name: ask, approval: { message: 'Go on with \${{ run.name }}?' } }\n  - { name: score, task: cvss, depends_on: ask, params: { vector: '${VECTOR}' } }\n`,
  );
  const child = home.start(['workflow', 'run', 'gate.yaml']);
  const ended = outcome(child);
  const text = await until(child, 'stderr', /workflow approve [0-9a-f]{8}/);
  expect(text).toContain('Go on with gate?');
  const id = /approve ([0-9a-f]{8})/.exec(text)?.[1] ?? '';
  const given = await home.run(['workflow', 'approve', id, '--comment', 'looked at it', '--json']);
  expect(JSON.parse(given.out)).toMatchObject({ status: 'approved', comment: 'looked at it' });
  expect((await ended).code).toBe(0);
  const twice = await home.run(['workflow', 'reject', JSON.parse(given.out).id]);
  expect(twice.err).toContain('approved already');
});

test('a run with a failed step ends with 1, alone and through a server; it is resumed and replayed with other inputs', {
  timeout: 90_000,
}, async () => {
  home.write(
    'again.yaml',
    `name: again\ninputs: { second: { type: string, default: nonsense } }\nsteps:\n  - ${SCORE}\n  - { name: two, task: cvss, depends_on: score, params: { vector: '\${{ inputs.second }}' } }\n`,
  );
  const failed = await home.run(['workflow', 'run', 'again.yaml']);
  // The parameter was wrong, and not the use of the command.
  expect(failed.code).toBe(1);
  expect(failed.out).toMatch(/^two +failed/m);
  const server = await startServer(home);
  expect((await home.run(['workflow', 'resume', 'last'])).code).toBe(1);
  expect((await home.run(['workflow', 'run', 'again.yaml', '--var', 'third=1'])).code).toBe(64);
  await server.stop();
  const mended = await home.run([
    ...['workflow', 'replay', 'last', '--from', 'two', '--var', `second=${VECTOR}`, '--json'],
  ]);
  expect(mended.code, mended.err).toBe(0);
  expect(JSON.parse(mended.out).run).toMatchObject({ fromStep: 'two', status: 'done' });
});

const OLDER = fileURLToPath(new URL('../../src/workflows/older/fixtures/', import.meta.url));

test('older files are converted with a report, and what cannot be kept is named and not written', {
  timeout: 90_000,
}, async () => {
  const converted = await home.run([
    'workflow',
    'convert',
    join(OLDER, 'wrapped-audit.yaml'),
    '-o',
    'new.yaml',
  ]);
  expect(converted.code, converted.err).toBe(0);
  expect(converted.out).toBe('');
  expect(converted.err).toMatch(/^renamed +.*wrapped-audit\.yaml:2: /m);
  expect((await home.run(['workflow', 'validate', 'new.yaml'])).out).toMatch(
    /^valid: web-application-audit/m,
  );
  expect(readFileSync(join(home.path, 'new.yaml'), 'utf8')).not.toContain('output_mapping');
  const lossy = await home.run(['workflow', 'convert', join(OLDER, 'refused-keys.yaml'), '-o', 'lossy.yaml']);
  expect(lossy.code).toBe(64);
  expect(lossy.err).toMatch(/^error +.*refused-keys\.yaml:3:3: workflow\.runs_on: /m);
  expect(existsSync(join(home.path, 'lossy.yaml'))).toBe(false);
});

test('of an older file a retired task is named before the start, and only its step fails', {
  timeout: 60_000,
}, async () => {
  const { code, out, err } = await home.run([
    'workflow',
    'run',
    join(OLDER, 'retired-tolerated.yaml'),
    '--json',
  ]);
  expect(code, err).toBe(3);
  expect(err).toMatch(/^warning: .*:8:5: .*'shellcode' was left out on purpose/m);
  const { run } = JSON.parse(out);
  expect(run.status).toBe('partial');
  const refused = await home.run(['workflow', 'run', join(OLDER, 'retired-refused.yaml')]);
  expect(refused.code).toBe(64);
  expect(refused.err).toMatch(/:5:7: .*was left out on purpose/);
});
