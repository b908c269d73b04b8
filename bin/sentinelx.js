#!/usr/bin/env node
// Plain JavaScript that Node 20 understands: it finds the Node 26 that npm brought and continues in it.
import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, lstatSync, readFileSync, statSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { Socket } from 'node:net';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const NEEDED = 26;
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'];
/** Set for the second process only: descriptor 3 is a pipe that ends when the launcher is gone. */
const MARKER = 'SENTINELX_LAUNCHED';
const STOP_GRACE_MS = 15_000;

const self = fileURLToPath(import.meta.url);
const major = Number(process.versions.node.split('.')[0]);
const launched = process.env[MARKER] === '1';
delete process.env[MARKER];

if (major >= NEEDED) {
  if (launched) stopWithLauncher();
  cacheCompiledCode();
  const { main } = await import(packedMain() ?? '../src/cli/main.ts');
  await main(process.argv.slice(2));
} else if (launched) {
  refuse(`The Node that npm brought is ${process.versions.node}.`);
} else {
  const node = findNode();
  if (node === undefined) refuse(`This is Node ${process.versions.node}.`);
  else continueWith(node);
}

function findNode() {
  const require = nodeModule.createRequire(import.meta.url);
  for (const name of [
    `node-${process.platform}-${process.arch}`,
    `node-bin-${process.platform}-${process.arch}`,
  ]) {
    const file = process.platform === 'win32' ? 'node.exe' : 'node';
    const places = [join(dirname(self), '..', 'node_modules', name)];
    try {
      places.push(dirname(require.resolve(`${name}/package.json`)));
    } catch {
      // Not installed: npm leaves out the packages of other platforms.
    }
    const found = places.map((place) => join(place, 'bin', file)).find((path) => existsSync(path));
    if (found) return found;
  }
  return undefined;
}

function continueWith(node) {
  const child = spawn(node, [...memoryFlags(), ...process.execArgv, self, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, [MARKER]: '1' },
  });
  child.stdio[3]?.on('error', () => undefined);
  child.on('error', (error) => refuse(`${node} does not start (${error.code ?? error.message}).`));
  for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** A server that waits needs no young generation of 48 MB: 30 MB less resident, measured, and as fast. */
function memoryFlags() {
  const [group, command] = process.argv.slice(2);
  return group === 'web' && command === 'start' ? ['--max-semi-space-size=4'] : [];
}

/** A launcher that was killed cannot pass on a signal; the end of its pipe says so. */
function stopWithLauncher() {
  const pipe = new Socket({ fd: 3 });
  pipe.on('error', () => undefined);
  pipe.on('close', () => {
    setTimeout(() => process.exit(143), STOP_GRACE_MS).unref();
    process.kill(process.pid, 'SIGTERM');
  });
  pipe.resume();
  pipe.unref();
}

/** 350 files: 400 ms without, 110 ms with the cache. Only in a data folder that exists: asking for help makes none. */
function cacheCompiledCode() {
  const shared = process.env.XDG_DATA_HOME || join(homedir(), '.local', 'share');
  const folder = process.env.SENTINELX_DATA_DIR || join(shared, 'sentinelx');
  try {
    if (existsSync(folder)) nodeModule.enableCompileCache(join(folder, 'cache', 'compile'));
  } catch {
    // Slower, nothing else.
  }
}

/**
 * The command line in a few files in place of 900, when it was packed from the sources as they are (`src/cli/pack/build.ts`);
 * else it is packed for the next command.
 */
function packedMain() {
  const modules = join(dirname(self), '..', 'node_modules');
  const folder = join(modules, '.cache', 'sentinelx', 'cli', process.version);
  try {
    // A copy of the product that uses the packages of another has no pack there.
    if (!lstatSync(modules).isDirectory()) return undefined;
    const { main, inputs } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    const asItWas = ([path, size, changed]) => {
      const now = statSync(path);
      return now.size === size && now.mtimeMs === changed;
    };
    if (inputs.every(asItWas) && existsSync(main)) return pathToFileURL(main).href;
  } catch {
    // There is none yet.
  }
  pack(folder);
  return undefined;
}

function pack(folder) {
  try {
    accessSync(join(dirname(self), '..', 'node_modules'), constants.W_OK);
    const build = join(dirname(self), '..', 'src', 'cli', 'pack', 'build.ts');
    const builder = spawn(process.execPath, [build, folder], { env: {}, detached: true, stdio: 'ignore' });
    builder.on('error', () => undefined);
    builder.unref();
  } catch {
    // Slower, nothing else.
  }
}

function refuse(reason) {
  process.stderr.write(
    `error: SentinelX needs Node ${NEEDED} or newer. ${reason}\n` +
      `       Run 'npm ci' in the folder of SentinelX without --omit=optional: it brings Node ${NEEDED} for this system\n` +
      `       (${process.platform}-${process.arch}). Or start it with a Node ${NEEDED} of your own.\n`,
  );
  process.exit(1);
}
