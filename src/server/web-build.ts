import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

const WEB = fileURLToPath(new URL('../../web', import.meta.url));
const STAMP = join(WEB, 'dist', '.source-hash');

/** Builds `web/dist` when its sources have changed since the last build. A package without sources ships the build. */
export async function buildWebApp(say: (line: string) => void): Promise<void> {
  if (!existsSync(join(WEB, 'vite.config.ts'))) return;
  const hash = sourceHash();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash) return;
  say('building the web app …');
  const problem = await runBuild();
  if (problem !== undefined) {
    // The API works without the page, which then says what is missing.
    say(`warning: the web app cannot be built: ${problem}`);
    return;
  }
  writeFileSync(STAMP, hash);
}

/** In a process of its own, so that the server does not keep the memory of the bundler. Returns what went wrong. */
function runBuild(): Promise<string | undefined> {
  const vite = join(WEB, '..', 'node_modules', 'vite', 'bin', 'vite.js');
  if (!existsSync(vite))
    return Promise.resolve('vite is not installed (run npm ci with its development packages)');
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [vite, 'build', '--config', join(WEB, 'vite.config.ts'), '--logLevel', 'error'],
      { cwd: WEB, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8').slice(0, 4000);
    });
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code) =>
      resolve(
        code === 0
          ? undefined
          : stripVTControlCharacters(text).split('\n').filter(Boolean).slice(0, 3).join(' '),
      ),
    );
  });
}

function sourceHash(): string {
  const hash = createHash('sha256');
  const visit = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (entry.name !== 'dist') visit(path);
      } else hash.update(path.slice(WEB.length)).update('\0').update(readFileSync(path)).update('\0');
    }
  };
  visit(WEB);
  hash.update(readFileSync(join(WEB, '..', 'package-lock.json')));
  return hash.digest('hex');
}
