import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { environment } from '../../config.ts';
import { SentinelError, systemCode } from '../../lib/errors.ts';

const Login = z.object({
  token: z.string().min(1),
  /** Null for a token that was given and not made here: only its owner revokes it. */
  tokenId: z.string().nullable(),
  login: z.string(),
  created: z.int(),
});
const Credentials = z.object({
  /** Where commands work when no server is named. */
  current: z.string().nullable(),
  servers: z.record(z.string(), Login),
});
type Credentials = z.infer<typeof Credentials>;
export type StoredLogin = z.infer<typeof Login> & { url: string };

export function credentialsFile(): string {
  const env = environment();
  return join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'sentinelx', 'credentials.json');
}

export function currentLogin(): StoredLogin | undefined {
  const { current } = read();
  return current === null ? undefined : loginAt(current);
}

export function loginAt(url: string): StoredLogin | undefined {
  const { servers } = read();
  const found = Object.hasOwn(servers, url) ? servers[url] : undefined;
  return found && { ...found, url };
}

export function knownServers(): string[] {
  return Object.keys(read().servers).sort();
}

/** Kept as the one that is used when no server is named. */
export function storeLogin({ url, ...login }: StoredLogin): void {
  const known = read();
  write({ current: url, servers: { ...known.servers, [url]: login } });
}

export function forgetLogin(url: string): void {
  const known = read();
  const { [url]: _gone, ...servers } = known.servers;
  const current = known.current === url ? null : known.current;
  if (Object.keys(servers).length === 0) rmSync(credentialsFile(), { force: true });
  else write({ current, servers });
}

/** A file that others may read is refused: what stands in it may be known already. */
function read(): Credentials {
  const file = credentialsFile();
  let text: string;
  try {
    const { mode } = statSync(file);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      throw new SentinelError(
        'wrong-usage',
        `${file} may be read by others, and holds tokens. Make it yours alone: chmod 600 '${file}'.`,
      );
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof SentinelError) throw error;
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR')
      return { current: null, servers: {} };
    throw new SentinelError('wrong-usage', `${file} cannot be read (${systemCode(error)}).`, {
      cause: error,
    });
  }
  const parsed = Credentials.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  // The cause would show the text, and with it tokens.
  throw new SentinelError('wrong-usage', `${file} is damaged. Remove it, then sign in again.`);
}

/** Written beside and renamed, so that a crash leaves the old or the new one; never readable by others, not for a moment. */
function write(credentials: Credentials): void {
  const file = credentialsFile();
  const part = `${file}.${process.pid}.part`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(part, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    chmodSync(part, 0o600);
    renameSync(part, file);
  } catch (cause) {
    rmSync(part, { force: true });
    throw new SentinelError(
      'output-unwritable',
      `${file} cannot be written (${systemCode(cause) ?? 'unknown reason'}).`,
      { cause },
    );
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
