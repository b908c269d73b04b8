import { readdirSync, symlinkSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Home, outcome, plantSecret, type RunningServer, startServer, until } from './helper.ts';

const far = new Home();
const client = new Home();
let server: RunningServer;
let token = '';

// Each step is a program of its own.
vi.setConfig({ testTimeout: 90_000 });

beforeAll(async () => {
  plantSecret(client);
  far.write('work/settings.py', 'DB_PASSWORD = "kT9vQ2xLm7RwZp4s"\n');
  const line = 'const value = compute(alpha, beta);\n'.repeat(20_000);
  for (let index = 0; index < 300; index += 1) far.write(`work/big/file${index}.js`, line);
  server = await startServer(far);
  await far.run(['scope', 'add', './work']);
  const made = await far.run(['token', 'create', '--role', 'admin', '--json']);
  token = (JSON.parse(made.out) as { value: string }).value;
}, 60_000);
afterAll(async () => {
  await server.stop();
  for (const home of [far, client]) home.remove();
});

const remote = (url = server.url) => ({ env: { SENTINELX_SERVER: url, SENTINELX_TOKEN: token } });

test('a lost connection is made again, and the run is shown whole', async () => {
  const wire = await openWire();
  const child = client.start(
    ['run', 'secrets-scan', '-p', `path=${far.path}/work`, '--json', '-v'],
    remote(wire.url),
  );
  const ended = outcome(child);
  await until(child, 'stderr', /run run_/);
  const cuts = setInterval(wire.cut, 700);
  const { code, out, err } = await ended.finally(() => clearInterval(cuts));
  await wire.close();
  expect(err).toContain('connection lost');
  expect(err).toContain('connected again');
  expect(code).toBe(0);
  const report = JSON.parse(out);
  expect(report.run.status).toBe('done');
  expect(report.findings.map((one: { location: { path: string } }) => one.location.path)).toContain(
    'settings.py',
  );
  expect(report.findings.length).toBe(report.run.counts.new);
}, 120_000);

test('Ctrl-C cancels the run on the server', async () => {
  const child = client.start(['run', 'secrets-scan', '-p', `path=${far.path}/work/big`, '-v'], remote());
  const ended = outcome(child);
  await until(child, 'stderr', /run run_/);
  child.kill('SIGINT');
  const { code, err } = await ended;
  expect(err).toContain('cancelling');
  expect(code).toBe(130);
  const [run] = JSON.parse((await far.run(['runs', 'list', '--json'])).out).items;
  expect(run.status).toBe('cancelled');
}, 60_000);

test('a path that the server may not read is a clear error with the way out', async () => {
  const { code, out, err } = await client.run(['run', 'secrets-scan', '-p', 'path=project'], remote());
  expect(code).toBe(64);
  expect(out).toBe('');
  expect(err).toMatch(/^error: path: \S+\/project is not below an authorised root/);
  expect(err).toContain(`The server at ${server.url} looks for the path on its own machine.`);
  expect(err).toContain('--upload');
});

test('--upload sends a folder, and the findings stand where they are here', async () => {
  const long = `deep/${'a-folder-with-a-long-name/'.repeat(6)}settings.py`;
  client.write(`project/${long}`, 'DB_PASSWORD = "mB4zX8nQe2WsVt6y"\n');
  symlinkSync('/etc/passwd', join(client.path, 'project', 'link'));
  const { code, out, err } = await client.run(
    ['run', 'secrets-scan', '-p', 'path=project', '--upload', '--json'],
    remote(),
  );
  expect(err).toContain('left out of the upload: 1');
  expect(code).toBe(0);
  const report = JSON.parse(out);
  const paths = report.findings.map((one: { location: { path: string } }) => one.location.path);
  expect(paths).toEqual(expect.arrayContaining(['settings.py', long]));
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith('sentinelx-upload-'))).toEqual([]);
}, 60_000);

test('--upload sends a single file', async () => {
  const { code, out } = await client.run(
    ['run', 'secrets-scan', '-p', 'path=project/settings.py', '--upload', '--json'],
    remote(),
  );
  expect(code).toBe(0);
  expect(JSON.parse(out).findings).toHaveLength(1);
  const { items } = JSON.parse((await client.run(['file', 'list', '--json'], remote())).out);
  expect(items.map((item: { name: string }) => item.name)).toContain('settings.py');
});

test('files go up and come down byte for byte; a list has pages', async () => {
  const content = `${'x'.repeat(70_000)}\n`;
  client.write('notes.txt', content);
  const sent = await client.run(['file', 'upload', 'notes.txt', '--json'], remote());
  expect(sent.code).toBe(0);
  const { id } = JSON.parse(sent.out) as { id: string };
  const down = await client.run(['file', 'download', 'notes.txt'], remote());
  expect(down.out === content).toBe(true);
  const toFile = await client.run(['file', 'download', id.slice(-8), '-o', 'copy.txt'], remote());
  expect(toFile).toMatchObject({ code: 0, out: '' });
  const first = JSON.parse((await client.run(['file', 'list', '-n', '1', '--json'], remote())).out);
  expect(first.items).toHaveLength(1);
  expect(first.nextCursor).toEqual(expect.any(String));
  const rest = await client.run(['file', 'list', '--cursor', first.nextCursor, '--json'], remote());
  const all = JSON.parse((await client.run(['file', 'list', '--all', '--json'], remote())).out);
  expect(all).toEqual({ items: [...first.items, ...JSON.parse(rest.out).items], nextCursor: null });
  const table = await client.run(['file', 'list', '-n', '1'], remote());
  expect(table.out).toContain('there are more: --all');
}, 60_000);

interface Wire {
  url: string;
  /** Ends every connection that is open; new ones are taken. */
  cut(): void;
  close(): Promise<void>;
}

/** A proxy between client and server, to lose connections on. The name of the server is kept. */
async function openWire(): Promise<Wire> {
  const sockets = new Set<Socket>();
  const { port } = new URL(server.url);
  const proxy: Server = createServer((near) => {
    const distant = connect(Number(port), '127.0.0.1');
    for (const socket of [near, distant]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        distant.destroy();
      });
    }
    near.once('data', (chunk) => {
      // The server answers to its own name only.
      const own = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
      distant.write(chunk.toString('latin1').replaceAll(own, `127.0.0.1:${port}`), 'latin1');
      near.on('data', (more) =>
        distant.write(more.toString('latin1').replaceAll(own, `127.0.0.1:${port}`), 'latin1'),
      );
    });
    distant.pipe(near);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    close: () => new Promise((resolve) => proxy.close(() => resolve())),
  };
}
