import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { openApp } from '../../src/app.ts';
import { allow, callerOf, makeFolders, PACKAGE, run, taskSource } from './helper.ts';

const CHILD = fileURLToPath(new URL('./server-child.ts', import.meta.url));
const LAUNCHER = fileURLToPath(new URL('../../bin/sentinelx.js', import.meta.url));

const at = makeFolders();
let server: ChildProcess | undefined;

async function start(): Promise<void> {
  rmSync(join(at.dataDir, 'server.json'), { force: true });
  const child = spawn(process.execPath, [CHILD, at.dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  server = child;
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    setTimeout(() => reject(new Error('the server does not start')), 30_000).unref();
  });
}

async function kill(): Promise<void> {
  if (!server || server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise((resolve) => server?.once('exit', resolve));
  server.kill('SIGKILL');
  await ended;
}

async function command(...args: string[]) {
  const { stdout } = await promisify(execFile)(process.execPath, [LAUNCHER, ...args], {
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      HOME: at.folder,
      SENTINELX_DATA_DIR: at.dataDir,
      NO_COLOR: '1',
    },
    timeout: 45_000,
  }).catch((error: { stdout: string }) => error);
  return stdout;
}

afterAll(async () => {
  await kill();
  at.remove();
});

test('allowed over the API, run, killed, started again: still allowed; one byte more and it is refused', async () => {
  at.copy('todo-check', 'todo-check');
  await start();
  const call = callerOf(at.dataDir);
  expect((await call('/plugins/todo-check')).body.state).toBe('new');
  const allowed = await allow(call, 'todo-check');
  expect([allowed.status, allowed.body.state]).toEqual([200, 'allowed']);
  const first = await run(call, 'todo-check', { path: at.target });
  expect(first.body).toMatchObject({ status: 'done', output: { files: 1 }, counts: { new: 1 } });
  const [finding] = (await call(`/runs/${first.body.id}/findings`)).body.items;
  expect(finding).toMatchObject({
    task: 'todo-check',
    rule: 'open-end',
    severity: 'low',
    location: { kind: 'file', path: 'a.ts', region: { startLine: 2 } },
  });

  await kill();
  await start();
  expect((await call('/plugins/todo-check')).body.state).toBe('allowed');
  const again = await run(call, 'todo-check', { path: at.target });
  expect(again.body).toMatchObject({ status: 'done', counts: { new: 0, seen: 1 } });
  expect((await call(`/findings/${finding.id}`)).body.ruleText.title).toBe('Something was left to be done');

  // Another process on the same data folder, without the server.
  await kill();
  expect(await command('list')).toContain('todo-check');
  expect(JSON.parse(await command('plugin', 'list', '--json')).items).toMatchObject([
    { id: 'todo-check', state: 'allowed', powers: ['read'] },
  ]);
  const ran = JSON.parse(await command('run', 'todo-check', '-p', `path=${at.target}`, '--json'));
  expect(ran.findings).toHaveLength(1);

  await start();
  appendFileSync(join(at.plugins, 'todo-check', 'lib', 'lines.ts'), ' ');
  const refused = await run(call, 'todo-check', { path: at.target });
  expect([refused.status, refused.body.code]).toEqual([403, 'plugin-not-allowed']);
  expect(refused.body.detail).toContain('was changed after it was allowed (lib/lines.ts)');
  expect(await command('plugin', 'show', 'todo-check')).toContain('lib/lines.ts');
  const { hash } = (await call('/plugins/todo-check')).body;
  expect(await command('plugin', 'allow', 'todo-check', hash)).toContain('allowed');
  expect((await run(call, 'todo-check', { path: at.target })).body.status).toBe('done');
}, 120_000);

test('what waits in the queue when its plug-in is refused ends as failed, with the reason', async () => {
  const folders = makeFolders();
  folders.copy('todo-check', 'todo-check');
  const wait = 'await new Promise((resolve) => setTimeout(resolve, 6000));';
  folders.write('slow', {
    'package.json': PACKAGE,
    'index.js': taskSource({ id: "'slow-task'" }, '', wait),
  });
  const app = await openApp(
    {
      dataDir: folders.dataDir,
      limits: { memoryMb: 512, timeSeconds: 60, findings: 100, logLines: 100, concurrentRuns: 1 },
      net: { userAgent: 'test', ratePerSecond: 5 },
    },
    { role: 'server', version: 'test' },
  );
  const { ownTasks, engine, store } = app.services;
  for (const { id, source, hash } of await ownTasks.list()) {
    const row = { id, source, hash: hash ?? '', approved: 1, actor: 'local:test' };
    await store.write({ lane: 'interactive' }, ({ tx }) => tx.insertInto('plugin').values(row).execute());
  }
  const caller = { id: 'local:test', local: true, project: 'prj_default' };
  await engine.start('slow-task', {}, caller);
  const second = await engine.start('todo-check', { path: folders.target }, caller);
  await store.write({ lane: 'interactive' }, ({ tx }) =>
    tx.deleteFrom('plugin').where('id', '=', 'todo-check').execute(),
  );
  const ended = await engine.whenEnded(second.id);
  expect([ended.status, ended.error_code]).toEqual(['failed', 'plugin-not-allowed']);
  await app.close();
  folders.remove();
});

test.skipIf(process.getuid?.() !== 0 || !existsSync('/usr/bin/setpriv'))(
  'a file that the user of SentinelX may not read is named (run as another user)',
  () => {
    const folders = makeFolders();
    folders.copy('todo-check', 'todo-check');
    const file = join(folders.plugins, 'todo-check', 'lib', 'lines.ts');
    execFileSync('chmod', ['-R', 'a+rX', folders.folder]);
    execFileSync('chmod', ['600', file]);
    const script = `
      import { listTree, readTree } from ${JSON.stringify(new URL('../../src/engine/own-tasks/tree.ts', import.meta.url).href)};
      const folder = ${JSON.stringify(join(folders.plugins, 'todo-check'))};
      await readTree(folder, await listTree(folder)).catch((error) => console.log(error.at, error.message));`;
    const args = ['--reuid=65534', '--clear-groups', process.execPath, '--input-type=module', '-e', script];
    expect(execFileSync('/usr/bin/setpriv', args, { encoding: 'utf8' }).trim()).toBe(
      'lib/lines.ts may not be read by the user of SentinelX',
    );
    expect(readFileSync(file, 'utf8')).toContain('linesWith');
    folders.remove();
  },
);
