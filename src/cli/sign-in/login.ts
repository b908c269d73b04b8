import { hostname, userInfo } from 'node:os';
import * as z from 'zod';
import { environment } from '../../config.ts';
import { SentinelError } from '../../lib/errors.ts';
import { accountPassword } from '../../operations/account.ts';
import { authLogin, authLogout, authSession } from '../../operations/auth.ts';
import { createClient } from '../../operations/client.ts';
import { ownTokenCreate } from '../../operations/tokens.ts';
import { askSecret, askText, secretFromInput } from '../ask-secret.ts';
import { credentialsFile, currentLogin, storeLogin } from '../connect/credentials.ts';
import { serverUrl } from '../connect/place.ts';
import { type GlobalOptions, VERSION } from '../globals.ts';
import { print } from '../print.ts';
import { openTerminal } from '../terminal.ts';
import { openBrowserLikeSession } from './browser-session.ts';
import { passSecondFactor } from './second-factor.ts';

export interface LoginOptions extends GlobalOptions {
  login?: string;
  passwordStdin?: boolean;
  tokenStdin?: boolean;
  name?: string;
  expiresInDays?: number;
}

const NewToken = z.object({
  token: z.object({ id: z.string(), expires: z.int().nullable() }),
  value: z.string(),
});

/** Signs in once, lets the server make a token for this machine, and keeps that: the password is never stored. */
export async function loginCommand(options: LoginOptions): Promise<void> {
  const url = wantedServer(options);
  warnAboutPlainHttp(url, options);
  const stored = options.tokenStdin ? await takeToken(url) : await makeToken(url, options);
  storeLogin(stored);
  const { login, tokenId } = stored;
  print({ server: url, login, token: tokenId, file: credentialsFile() }, options, ({ c }) =>
    [
      `${c.green('signed in')} at ${c.bold(url)} as ${login}`,
      c.dim(
        `Commands work there from now on; '--server local' for this machine, 'sentinelx logout' ends it. The token is in ${credentialsFile()}.`,
      ),
    ].join('\n'),
  );
}

export function wantedServer(options: GlobalOptions): string {
  const named = options.server ?? (environment().SENTINELX_SERVER || undefined) ?? currentLogin()?.url;
  if (named === undefined || named === 'local')
    throw new SentinelError('wrong-usage', "Name the server: 'sentinelx login --server https://…'.");
  return serverUrl(named);
}

async function makeToken(url: string, options: LoginOptions) {
  const login = options.login ?? (await askText('Name to sign in with', 'give it with --login'));
  const secret = (what: string) =>
    options.passwordStdin ? Promise.resolve(secretFromInput(what)) : askSecret(what, '--password-stdin');
  const browser = openBrowserLikeSession(url);
  const password = await secret('Password');
  const entered = await browser.call(authLogin, { login, password }, z.looseObject({}));
  await passSecondFactor(browser, entered, () => secret('Code of the second factor'));
  const wanted = {
    name: options.name ?? machineName(),
    ...(options.expiresInDays === undefined ? {} : { expiresInDays: options.expiresInDays }),
  };
  try {
    const made = await browser
      .call(ownTokenCreate, wanted, NewToken)
      .catch(async (error: unknown) => {
        if (!(error instanceof SentinelError) || error.code !== 'password-change-needed') throw error;
        const own = await secret('New password in place of the temporary one');
        await browser.call(accountPassword, { current: password, password: own }, z.unknown());
        return browser.call(ownTokenCreate, wanted, NewToken);
      })
      .catch((error: unknown) => {
        if (!(error instanceof SentinelError) || error.code !== 'second-factor-needed') throw error;
        throw new SentinelError(
          error.code,
          `${error.message} Sign in at ${url} with a browser to do that, then 'sentinelx login' again.`,
          { cause: error },
        );
      });
    return { url, token: made.value, tokenId: made.token.id, login, created: Date.now() };
  } finally {
    // Only the token is needed from here on.
    await browser.call(authLogout, undefined, z.unknown()).catch(() => undefined);
  }
}

/** A token that somebody else made: stored when the server knows it. */
async function takeToken(url: string) {
  const token = secretFromInput('token').trim();
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new SentinelError('wrong-usage', 'The standard input holds no token: one word is expected.');
  const client = createClient({
    base: url,
    fetch,
    headers: { authorization: `Bearer ${token}`, 'user-agent': `sentinelx-cli/${VERSION}` },
  });
  const { user } = await client.call(authSession);
  if (!user) throw new SentinelError('unauthenticated', `${url} does not know the token.`);
  return { url, token, tokenId: null, login: user.login, created: Date.now() };
}

function machineName(): string {
  let user = '';
  try {
    user = `${userInfo().username}@`;
  } catch {
    // A container may run under a number that has no name.
  }
  return `command line of ${user}${hostname()}`.slice(0, 100);
}

function warnAboutPlainHttp(url: string, options: GlobalOptions): void {
  const { protocol, hostname: host } = new URL(url);
  if (protocol === 'https:' || host === 'localhost' || host === '[::1]' || host.startsWith('127.')) return;
  const { c, write } = openTerminal(process.stderr, options);
  write(`${c.yellow('warning:')} ${url} is not encrypted: password and token can be read on the way.\n`);
}
