import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SentinelError } from '../lib/errors.ts';

const WEB = fileURLToPath(new URL('../../web', import.meta.url));
const STAMP = join(WEB, 'dist', '.source-hash');

/** Builds `web/dist` when its sources have changed since the last build. A package without sources ships the build. */
export async function buildWebApp(say: (line: string) => void): Promise<void> {
  if (!existsSync(join(WEB, 'vite.config.ts'))) return;
  const hash = sourceHash();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash) return;
  say('building the web app …');
  try {
    const { build } = await import('vite');
    await build({ configFile: join(WEB, 'vite.config.ts'), root: WEB, logLevel: 'error' });
  } catch (cause) {
    throw new SentinelError(
      'web-app-missing',
      `The web app cannot be built: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
  writeFileSync(STAMP, hash);
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
