/** Runs with the flags of a run's process and tries to get out of it. Prints one JSON object: name → what happened. */
import childProcess from 'node:child_process';
import dgram from 'node:dgram';
import dns from 'node:dns/promises';
import fs from 'node:fs';
import fsp from 'node:fs/promises';
import http from 'node:http';
import inspector from 'node:inspector';
import nodeModule, { createRequire } from 'node:module';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import v8 from 'node:v8';
import { Worker } from 'node:worker_threads';
import { removeSideDoors } from '../../src/engine/isolation/side-doors.ts';
import { openRootedFiles } from '../../src/plugin/powers/rooted-files.ts';

const [target = '', outside = '', port = '0', parent = '0', pack = ''] = process.argv.slice(2);
const files = openRootedFiles(target);
removeSideDoors();
const require = createRequire(import.meta.url);

const connect = (options: net.NetConnectOpts) =>
  new Promise((resolve, reject) => {
    net
      .connect(options)
      .once('connect', () => resolve('connected'))
      .once('error', reject);
  });

const attempts: Record<string, () => unknown> = {
  'readFile outside': () => fs.readFileSync(outside),
  'readFile of /etc/passwd': () => fs.readFileSync('/etc/passwd'),
  'around the granted descriptors': () => fs.readFileSync('/proc/self/fd/../environ'),
  'below a granted descriptor': () =>
    fs.readFileSync(`/proc/self/fd/${fs.openSync(target, 'r')}/../../environ`),
  'over the root of a descriptor': () => fs.readFileSync(`/proc/self/fd/../root${outside}`),
  'promises.readFile outside': () => fsp.readFile(outside),
  'open outside': () => fs.openSync(outside, 'r'),
  'createReadStream outside': () =>
    new Promise((resolve, reject) =>
      fs.createReadStream(outside).once('data', resolve).once('error', reject),
    ),
  'readdir of the root': () => fs.readdirSync('/'),
  'stat outside': () => fs.statSync(outside),
  'realpath outside': () => fs.realpathSync.native(outside),
  'dot-dot out of the target': () => fs.readFileSync(path.join(target, '..', path.basename(outside))),
  '/proc/self/root': () => fs.readFileSync(`/proc/self/root${outside}`),
  '/proc/self/environ': () => fs.readFileSync('/proc/self/environ'),
  'memory of the parent': () => fs.readFileSync(`/proc/${parent}/environ`),
  'write into the target': () => fs.writeFileSync(path.join(target, 'x'), 'x'),
  'write to the temporary folder': () => fs.writeFileSync(path.join(os.tmpdir(), 'sentinelx-escape'), 'x'),
  'append to a file of the target': () => fs.appendFileSync(path.join(target, 'inside.txt'), 'x'),
  'delete a file of the target': () => fs.rmSync(path.join(target, 'inside.txt')),
  'make a symbolic link': () => fs.symlinkSync(outside, path.join(target, 'new-link')),
  'make a hard link': () => fs.linkSync(outside, path.join(target, 'new-hard-link')),
  mkdtemp: () => fs.mkdtempSync('/tmp/sentinelx-'),
  'copy out': () => fs.cpSync(path.join(target, 'inside.txt'), '/tmp/sentinelx-copy'),
  'heap snapshot to a file': () => v8.writeHeapSnapshot('/tmp/sentinelx.heapsnapshot'),
  'require a module outside': () => require(outside),
  'import a module outside': () => import(outside),
  'spawn a program': () => childProcess.spawnSync('/bin/true').error ?? Promise.reject(new Error('ran')),
  'exec a shell': () => childProcess.execSync('true'),
  fork: () => childProcess.fork(outside),
  'worker thread': () => new Worker('1', { eval: true }),
  'tcp to loopback': () => connect({ port: Number(port), host: '127.0.0.1' }),
  'unix socket': () => connect({ path: '/var/run/docker.sock' }),
  'http request': () =>
    new Promise((resolve, reject) => http.get(`http://127.0.0.1:${port}/`, resolve).once('error', reject)),
  fetch: () => fetch(`http://127.0.0.1:${port}/`),
  tls: () =>
    new Promise((resolve, reject) =>
      tls
        .connect({ port: Number(port), host: '127.0.0.1' }, () => resolve('connected'))
        .once('error', reject),
    ),
  listen: () =>
    new Promise((resolve, reject) =>
      net
        .createServer()
        .once('error', reject)
        .listen(0, '127.0.0.1', () => resolve('listening')),
    ),
  udp: () =>
    new Promise((resolve, reject) =>
      dgram
        .createSocket('udp4')
        .once('error', reject)
        .send('x', Number(port), '127.0.0.1', (error) => (error ? reject(error) : resolve('sent'))),
    ),
  dns: () => dns.resolve4('example.org'),
  'dns lookup': () => dns.lookup('localhost'),
  websocket: () =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
      socket.onopen = () => resolve('open');
      socket.onerror = (event) => reject(event);
    }),
  'node:sqlite': () => import('node:sqlite'),
  'native addon': () => require('better-sqlite3')(':memory:'),
  wasi: () =>
    import('node:wasi').then(({ WASI }) => new WASI({ version: 'preview1', preopens: { '/': '/' } })),
  inspector: () => inspector.open(0),
  'signal the parent': () => process.kill(Number(parent), 0),
  'process.binding': () => (process as unknown as { binding(name: string): unknown }).binding('fs'),
  'change the working folder': () => process.chdir('/'),
  'pack: write into it': () => fs.writeFileSync(pack, 'x'),
  'pack: append to it': () => fs.appendFileSync(pack, 'x'),
  'pack: open it for writing': () => fs.openSync(pack, 'r+'),
  'pack: write over its descriptor': () => fs.writeFileSync(`/proc/self/fd/${fs.openSync(pack, 'r')}`, 'x'),
  'pack: write to its descriptor': () => fs.writeSync(fs.openSync(pack, 'r'), 'x'),
  'pack: cut it': () => fs.truncateSync(pack, 10),
  'pack: cut its descriptor': () => fs.ftruncateSync(fs.openSync(pack, 'r'), 10),
  'pack: swap it': () => fs.renameSync(path.join(target, 'inside.txt'), pack),
  'pack: move it away': () => fs.renameSync(pack, `${pack}.old`),
  'pack: copy over it': () => fs.copyFileSync(path.join(target, 'inside.txt'), pack),
  'pack: delete it': () => fs.unlinkSync(pack),
  'pack: link in its place': () => fs.symlinkSync(path.join(target, 'inside.txt'), `${pack}.link`),
  'pack: its mode': () => fs.chmodSync(pack, 0o777),
  'pack: the mode of its descriptor': () => fs.fchmodSync(fs.openSync(pack, 'r'), 0o777),
  'pack: its times': () => fs.utimesSync(pack, 0, 0),
  'pack: another manifest': () => fs.writeFileSync(path.join(path.dirname(pack), 'cvss.json'), '{}'),
  'pack: a new file beside it': () => fs.writeFileSync(path.join(path.dirname(pack), 'new.pack'), 'x'),
  'pack: a new file by promise': () => fsp.writeFile(path.join(path.dirname(pack), 'new.pack'), 'x'),
  'pack: what else stands beside it': () => fs.readdirSync(path.dirname(pack)),
  'pack: compile cache beside it': () => {
    const { status } = nodeModule.enableCompileCache(path.dirname(pack));
    nodeModule.flushCompileCache();
    if (status === nodeModule.constants.compileCacheStatus.FAILED)
      throw Object.assign(new Error('not enabled'), { code: 'NOT_ENABLED' });
    return status;
  },
  'read power: dot-dot': () => files.read(`../${path.basename(outside)}`),
  'read power: absolute path': () => files.read(outside),
  'read power: symbolic link to a file': () => files.read('link-to-file'),
  'read power: over a linked folder': () => files.read(`link-to-folder/${path.basename(outside)}`),
  'read power: a link is walked': () => {
    for (const entry of files.walk()) if (entry.path.startsWith('link')) return entry.path;
    throw Object.assign(new Error('not walked'), { code: 'NOT_WALKED' });
  },
};

/** Some refusals come as an event that nobody can listen to: they belong to the attempt that is under way. */
let refuseCurrent: (error: unknown) => void = () => undefined;
process.on('uncaughtException', (error) => refuseCurrent(error));

const results: Record<string, string> = {};
for (const [name, attempt] of Object.entries(attempts)) {
  try {
    const late = new Promise((_, reject) => {
      refuseCurrent = reject;
      setTimeout(() => reject(Object.assign(new Error('late'), { code: 'TIMEOUT' })), 2000).unref();
    });
    const value = await Promise.race([Promise.resolve(attempt()), late]);
    results[name] =
      value instanceof Error
        ? `refused: ${(value as NodeJS.ErrnoException).code}`
        : `ESCAPED: ${String(value).slice(0, 80)}`;
  } catch (error) {
    const code =
      (error as NodeJS.ErrnoException).code ?? (error as { cause?: NodeJS.ErrnoException }).cause?.code;
    results[name] = `refused: ${code ?? String(error)}`;
  }
}
const inside = Buffer.from(files.read('inside.txt')).toString();
console.log(JSON.stringify({ results, inside, environment: Object.keys(process.env).sort() }));
process.exit(0);
