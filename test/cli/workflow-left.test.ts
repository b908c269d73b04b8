import { afterEach, beforeEach, expect, test } from 'vitest';
import { Home, outcome, until } from './helper.ts';

let home: Home;
beforeEach(() => {
  home = new Home();
});
afterEach(() => home.remove());

const VECTOR = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
const score = (name: string, more = '') =>
  `  - { name: ${name}, task: cvss, params: { vector: '${VECTOR}' }${more} }\n`;
const slow = (time: string) =>
  `name: slow\nsteps:\n${score('first')}  - { name: pause, wait: ${time}, depends_on: first }\n${score('last', ', depends_on: pause')}finally:\n${score('tidy')}`;

/** Starts the workflow alone and kills the process while it waits. */
async function leave(time: string): Promise<void> {
  const child = home.start(['workflow', 'run', home.write('slow.yaml', slow(time)), '--json']);
  const ended = outcome(child);
  await until(child, 'stderr', /waiting\s+pause/);
  child.kill('SIGKILL');
  expect((await ended).signal).toBe('SIGKILL');
}

async function stepsOfLast(): Promise<[string, string][]> {
  const { out } = await home.run(['workflow', 'status', 'last', '--json']);
  return JSON.parse(out).steps.map((step: { name: string; status: string }) => [step.name, step.status]);
}

test('a run whose process was killed says so, and resume goes on with it as it is', {
  timeout: 120_000,
}, async () => {
  await leave('2s');
  const shown = await home.run(['workflow', 'status', 'last']);
  expect(shown.out).toMatch(/no process goes on with it: sentinelx workflow resume [0-9a-f]{8}/);
  const id = JSON.parse((await home.run(['workflow', 'status', 'last', '--json'])).out).id;

  const replayed = await home.run(['workflow', 'replay', 'last', '--from', 'first']);
  expect(replayed.code).not.toBe(0);
  expect(replayed.err).toContain(`sentinelx workflow resume ${id}`);

  const resumed = await home.run(['workflow', 'resume', 'last', '--json']);
  expect(resumed.code, resumed.err).toBe(0);
  const { run } = JSON.parse(resumed.out);
  expect(run.id).toBe(id);
  expect(run.status).toBe('done');
  expect(run.steps.map((step: { status: string }) => step.status)).toEqual(['done', 'done', 'done', 'done']);
  const list = JSON.parse((await home.run(['workflow', 'runs', '--json'])).out);
  expect(list.items).toHaveLength(1);
});

test('cancel of such a run does what cleans up', { timeout: 120_000 }, async () => {
  await leave('1h');
  const { code, out, err } = await home.run(['workflow', 'cancel', 'last']);
  expect(code, err).toBe(0);
  expect(out).toMatch(/is cancelled/);
  expect(await stepsOfLast()).toEqual([
    ['first', 'done'],
    ['pause', 'cancelled'],
    ['last', 'cancelled'],
    ['tidy', 'done'],
  ]);
});

test('another run leaves it wholly alone', { timeout: 120_000 }, async () => {
  await leave('1s');
  const left = JSON.parse((await home.run(['workflow', 'status', 'last', '--json'])).out);
  const other = home.write(
    'other.yaml',
    `name: other\nsteps:\n  - { name: pause, wait: 3s }\n${score('then', ', depends_on: pause')}`,
  );
  const { code, err } = await home.run(['workflow', 'run', other]);
  expect(code, err).toBe(0);
  const after = JSON.parse((await home.run(['workflow', 'status', left.id, '--json'])).out);
  expect(after.steps).toEqual(left.steps);
  expect(after.carrier).toBe('nobody');
});

test('workflows that such a run had started go on with it', { timeout: 120_000 }, async () => {
  await home.run(['workflow', 'save', home.write('slow.yaml', slow('10s'))]);
  const outer = home.write(
    'outer.yaml',
    `name: outer\nsteps:\n  - { name: inner, workflow: slow }\n${score('after', ', depends_on: inner')}`,
  );
  const child = home.start(['workflow', 'run', outer]);
  const ended = outcome(child);
  await until(child, 'stderr', /./);
  for (let runs = 0; runs < 2; ) {
    const { out } = await home.run(['workflow', 'runs', '--json']);
    runs = JSON.parse(out).items.length;
  }
  child.kill('SIGKILL');
  await ended;
  // The youngest is the inner one: what it belongs to goes on as well.
  const resumed = await home.run(['workflow', 'resume', 'last', '--json']);
  expect(resumed.code, resumed.err).toBe(0);
  expect(JSON.parse(resumed.out).run).toMatchObject({ name: 'outer', status: 'done' });
});

test('the second Ctrl-C says how to go on', { timeout: 120_000 }, async () => {
  const file = home.write(
    'stubborn.yaml',
    `name: stubborn\nsteps:\n  - { name: pause, wait: 1h }\nfinally:\n  - { name: slowly, wait: 5s }\n${score('tidy', ', depends_on: slowly')}`,
  );
  const child = home.start(['workflow', 'run', file]);
  const ended = outcome(child);
  await until(child, 'stderr', /waiting\s+pause/);
  child.kill('SIGINT');
  await until(child, 'stderr', /waiting\s+slowly/);
  // Less than this is one press of the keys.
  await new Promise((resolve) => setTimeout(resolve, 400));
  child.kill('SIGINT');
  const { code, err } = await ended;
  expect(code).toBe(130);
  expect(err).toMatch(/sentinelx workflow resume [0-9a-f]{8} does the rest/);
  const id = /workflow resume ([0-9a-f]{8})/.exec(err)?.[1] ?? '';
  const resumed = await home.run(['workflow', 'resume', id]);
  expect(resumed.code, resumed.err).toBe(130);
  expect(await stepsOfLast()).toContainEqual(['tidy', 'done']);
});
