import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openApp } from '../../src/app.ts';

const ROUNDS = process.env.SENTINELX_TEST_LONG === '1' ? 50 : 12;
const VICTIM = fileURLToPath(new URL('./victim.ts', import.meta.url));
let folder = '';
let target = '';
let dataDir = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sentinelx-kill-'));
  target = join(folder, 'target');
  dataDir = join(folder, 'data');
  for (let index = 0; index < 400; index += 1) {
    const sub = join(target, `service-${index % 20}`);
    mkdirSync(sub, { recursive: true });
    const lines = Array.from(
      { length: 10 },
      (_, line) =>
        `db_${line}_password = "${Buffer.from(random(`${index}-${line}`), 'hex')
          .toString('base64url')
          .slice(0, 20)}"`,
    );
    writeFileSync(join(sub, `settings-${index}.py`), `${lines.join('\n')}\n`);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test(`no acknowledged event is lost or doubled over ${ROUNDS} kills, and nothing else breaks`, async () => {
  const seed = commitId();
  const shown = new Map<string, { id: string; type: string; finding?: string }>();
  let kills = 0;
  let interrupted = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const delay = 300 + (Number.parseInt(random(`${seed}-${round}`).slice(0, 6), 16) % 1200);
    for (const event of await killAfter(delay)) {
      const before = shown.get(event.cursor);
      expect(
        before === undefined || before.id === event.id,
        `the cursor ${event.cursor} stands for one event`,
      ).toBe(true);
      shown.set(event.cursor, event);
    }
    kills += 1;
    const app = await openApp(
      {
        dataDir,
        limits: { memoryMb: 512, timeSeconds: 60, findings: 100_000, logLines: 1000, concurrentRuns: 1 },
        net: { userAgent: 'test', ratePerSecond: 5 },
      },
      { role: 'cli', version: 'test' },
    );
    const { db } = app.services.store;
    expect(await app.services.store.check()).toBe('ok');
    const running = await db
      .selectFrom('run')
      .select('id')
      .where('status', 'in', ['running', 'cancelling'])
      .execute();
    expect(running, 'a run of a dead process is not shown as running').toEqual([]);
    interrupted = Number(
      (
        await db
          .selectFrom('run')
          .select((e) => e.fn.countAll().as('n'))
          .where('status', '=', 'interrupted')
          .executeTakeFirst()
      )?.n ?? 0,
    );
    const stored = new Set((await db.selectFrom('event').select('id').execute()).map((row) => row.id));
    expect(
      [...shown.values()].filter((event) => !stored.has(event.id)),
      'every event that was shown is still there',
    ).toEqual([]);
    const findings = new Set((await db.selectFrom('finding').select('id').execute()).map((row) => row.id));
    expect(
      [...shown.values()].filter((event) => event.finding !== undefined && !findings.has(event.finding)),
    ).toEqual([]);
    await app.close();
  }
  expect(kills).toBe(ROUNDS);
  expect(shown.size).toBeGreaterThan(40);
  expect(interrupted).toBeGreaterThan(0);
  await runToItsEnd();
}, 600_000);

/** After all kills one undisturbed scan must know every finding, and find each exactly once. */
async function runToItsEnd(): Promise<void> {
  const app = await openApp(
    {
      dataDir,
      limits: { memoryMb: 512, timeSeconds: 60, findings: 100_000, logLines: 1000, concurrentRuns: 1 },
      net: { userAgent: 'test', ratePerSecond: 5 },
    },
    { role: 'cli', version: 'test' },
  );
  const caller = { id: 'local:test', local: true, project: 'prj_default' };
  const { db } = app.services.store;
  const first = await app.services.engine.whenEnded(
    (await app.services.engine.start('secrets-scan', { path: target }, caller)).id,
  );
  expect(first.status).toBe('done');
  const places = await db
    .selectFrom('finding')
    .select(['place', 'location', 'rule'])
    .where('status', '=', 'open')
    .execute();
  expect(new Set(places.map((row) => `${row.rule} ${row.location}`)).size, 'no finding is doubled').toBe(
    places.length,
  );
  const again = await app.services.engine.whenEnded(
    (await app.services.engine.start('secrets-scan', { path: target }, caller)).id,
  );
  expect(JSON.parse(again.counts)).toMatchObject({ new: 0, fixed: 0, seen: places.length });
  await app.close();
}

function killAfter(delay: number): Promise<{ cursor: string; id: string; type: string; finding?: string }[]> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [VICTIM, dataDir, target], { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    let armed = false;
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      if (armed || !text.includes('started\n')) return;
      armed = true;
      setTimeout(() => child.kill('SIGKILL'), delay);
    });
    // The last line may be cut: what was not shown whole was not shown.
    child.once('close', () =>
      resolve(
        text
          .split('\n')
          .slice(0, -1)
          .filter((line) => line.startsWith('{'))
          .map((line) => JSON.parse(line)),
      ),
    );
  });
}

function random(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function commitId(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return 'no-commit';
  }
}
