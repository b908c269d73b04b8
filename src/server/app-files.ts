import { existsSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SentinelError } from '../lib/errors.ts';

export const WEB_DIST = fileURLToPath(new URL('../../web/dist', import.meta.url));
/** Scripts, styles and fonts, with what is in them in their names. */
export const WEB_ASSETS = join(WEB_DIST, 'assets') + sep;

/** The page with the nonce of one answer in it: scripts come from our own files, styles of the page carry the nonce. */
export function pageWith(nonce: string): string {
  const file = join(WEB_DIST, 'index.html');
  if (!existsSync(file)) throw new SentinelError('web-app-missing', 'web/dist does not exist.');
  return readFileSync(file, 'utf8').replaceAll('__CSP_NONCE__', nonce);
}
