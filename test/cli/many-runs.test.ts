import { afterAll, expect, test } from 'vitest';
import { Home } from './helper.ts';

/** The commands on a data folder alone: what is run again has ended when the command has. */
const home = new Home();
afterAll(() => home.remove());

const json = async (...args: string[]) => {
  const { code, out, err } = await home.run([...args, '--json']);
  expect({ code, err }).toMatchObject({ code: 0 });
  return JSON.parse(out);
};

test('runs that fit are run again and wait for their end; those that ended cannot be cancelled', {
  timeout: 240_000,
}, async () => {
  const vector = 'vector=CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
  for (let n = 0; n < 2; n++) expect((await home.run(['run', 'cvss', '-p', vector])).code).toBe(0);
  const dry = await home.run(['runs', 'rerun', '--query', 'task:cvss', '--dry-run']);
  expect(dry.out).toContain('2 of 2 runs would be run again');
  expect(dry.out).toContain('nothing was changed');
  const again = await home.run(['runs', 'rerun', '--query', 'task:cvss']);
  expect(again.out).toBe('2 runs run again\n');
  const { items } = await json('runs', 'list', '--query', 'task:cvss created:>1h');
  expect(items.map(({ status }: { status: string }) => status)).toEqual(['done', 'done', 'done', 'done']);
  expect(items.filter(({ rerunOf }: { rerunOf: string | null }) => rerunOf !== null)).toHaveLength(2);

  const cancel = await home.run(['runs', 'cancel', items[0].id, items[1].id]);
  expect(cancel.code).toBe(1);
  expect(cancel.out).toBe('0 runs cancelled\n  2 left as they are: The run has ended already\n');
  const jobs = await json('runs', 'jobs');
  expect(
    jobs.items.map(({ action, changed }: { action: string; changed: number }) => [action, changed]),
  ).toEqual([
    ['cancel', 0],
    ['rerun', 2],
  ]);
  const neither = await home.run(['runs', 'cancel']);
  expect(neither.code).toBe(64);
  const unreadable = await home.run(['runs', 'cancel', '--query', 'state:failed']);
  expect(unreadable.code).toBe(64);
  expect(unreadable.err).toContain('status');
});
