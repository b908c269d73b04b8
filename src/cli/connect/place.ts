import { environment } from '../../config.ts';
import { SentinelError } from '../../lib/errors.ts';
import { configOf, type GlobalOptions } from '../globals.ts';
import { currentLogin, loginAt } from './credentials.ts';
import { answersAs, readServerFile } from './server-file.ts';

export type Place =
  | { kind: 'embedded'; dataDir: string }
  /** `own`: the server that runs on the data folder of this user. */
  | { kind: 'server'; own: boolean; url: string; token: string; from: TokenSource };

type TokenSource = 'server.json' | '--token' | 'SENTINELX_TOKEN' | 'login';

/**
 * The nearest that is named: `--server`, SENTINELX_SERVER, the last login; else the server on the data folder, when it
 * answers; else the data folder itself. `--server local` is this machine whatever else is set.
 */
export async function choosePlace(options: GlobalOptions): Promise<Place> {
  const env = environment();
  const named = options.server ?? (env.SENTINELX_SERVER || undefined);
  if (named !== undefined && named !== 'local') return remotePlace(serverUrl(named), options);
  if (named === undefined) {
    const login = currentLogin();
    if (login) return remotePlace(login.url, options);
    if (options.token !== undefined)
      throw new SentinelError('wrong-usage', '--token belongs to a server: name it with --server URL.');
  }
  return localPlace(options);
}

/** The server that runs on the data folder, when it answers and knows its token; else the folder. */
async function localPlace(options: GlobalOptions): Promise<Place> {
  const { config } = configOf(options);
  const file = readServerFile(config.dataDir);
  if (file !== undefined && (await answersAs(file)))
    return { kind: 'server', own: true, url: file.url, token: file.token, from: 'server.json' };
  return { kind: 'embedded', dataDir: config.dataDir };
}

function remotePlace(url: string, options: GlobalOptions): Place {
  const env = environment();
  const place = { kind: 'server', own: false, url } as const;
  if (options.token !== undefined) return { ...place, token: options.token, from: '--token' };
  if (env.SENTINELX_TOKEN) return { ...place, token: env.SENTINELX_TOKEN, from: 'SENTINELX_TOKEN' };
  const login = loginAt(url);
  if (login) return { ...place, token: login.token, from: 'login' };
  throw new SentinelError(
    'unauthenticated',
    `There is no token for ${url}. 'sentinelx login --server ${url}' gets one; SENTINELX_TOKEN and --token take one.`,
  );
}

/** The origin of a server; without a scheme it is https, on this machine http. */
export function serverUrl(text: string): string {
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
    ? text
    : `${/^(localhost|127\.|\[::1\])/.test(text) ? 'http' : 'https'}://${text}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '' || url.hash !== '')
    throw new SentinelError(
      'wrong-usage',
      '--server expects the address of a server, for example https://sentinelx.example.org, or local.',
    );
  return url.origin;
}

export function placeText(place: Place): string {
  if (place.kind === 'embedded') return `the data folder ${place.dataDir}`;
  return place.own ? `the server of this data folder, ${place.url}` : `${place.url} (token of ${place.from})`;
}

/** What a refused token means here, and the way out. */
export function withTokenAdvice(error: unknown, place: Place): unknown {
  if (!(error instanceof SentinelError) || error.code !== 'unauthenticated') return error;
  if (place.kind !== 'server' || place.own) return error;
  const advice =
    place.from === 'login'
      ? `Sign in again: 'sentinelx login --server ${place.url}'.`
      : `It came from ${place.from}; 'sentinelx login --server ${place.url}' gets a new one.`;
  return new SentinelError('unauthenticated', `${place.url}: ${error.message} ${advice}`, { cause: error });
}
