import { Agent, request } from 'node:http';
import { PASSWORD, type Pools, resolvePicks } from './instance.ts';
import type { Plan } from './plan.ts';
import type { FuzzServer } from './server.ts';

export interface Sent {
  method: string;
  /** As it was sent, with parameters. */
  target: string;
  headers: Record<string, string>;
  body: string | Uint8Array | undefined;
  /** Instead of `SLOW_MS`. */
  patience?: number;
}
export interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  milliseconds: number;
}

/** No answer may take longer. */
export const SLOW_MS = 5_000;

export function resolvePlan(plan: Plan, pools: Pools): Sent {
  const path = plan.rawPath ?? `/${plan.path.map((part) => segment(resolvePicks(part, pools))).join('/')}`;
  const query =
    plan.rawQuery ??
    plan.query.map(([name, value]) => `${segment(name)}=${segment(resolvePicks(value, pools))}`).join('&');
  return {
    method: plan.method,
    target: query === '' ? path : `${path}?${query}`,
    headers: { ...(plan.type === undefined ? {} : { 'content-type': plan.type }), ...plan.headers },
    body: plan.raw ?? (plan.body === undefined ? undefined : JSON.stringify(resolvePicks(plan.body, pools))),
  };
}

export function openClient(base: string, connections: number) {
  const { hostname, port } = new URL(base);
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    send,
    close: () => agent.destroy(),
  };

  function send(sent: Sent, again = true): Promise<Reply> {
    const { method, target, headers, body, patience = SLOW_MS } = sent;
    const started = performance.now();
    return new Promise((resolve, reject) => {
      const sending = request(
        {
          host: hostname,
          port,
          agent,
          method,
          path: target,
          headers: {
            ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
            ...headers,
          },
          timeout: patience,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text: Buffer.concat(chunks).toString('utf8'),
              milliseconds: performance.now() - started,
            }),
          );
        },
      );
      sending.on('timeout', () => sending.destroy(new Error(`no answer within ${patience} ms`)));
      sending.on('error', (error: Error & { code?: string }) => {
        // The server closed a kept connection just now, which is its right (RFC 9112 §9.5).
        if (again && sending.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(error.code ?? ''))
          send(sent, false).then(resolve, reject);
        else reject(error);
      });
      sending.end(body);
    });
  }
}

export type Client = ReturnType<typeof openClient>;

/**
 * Credentials of each kind of caller. Operations that end them (sign out, revoke, change the password) are tried like all
 * others: whoever was refused as unknown gets new ones.
 */
export async function openCallers(client: Client, server: FuzzServer) {
  const owner = { authorization: `Bearer ${server.ownerToken}` };
  const headers: Record<Plan['caller'], Record<string, string>> = {
    owner,
    session: {},
    token: {},
    weak: {},
    nobody: {},
    wrong: { authorization: 'Bearer sxt_0000000000000000' },
  };
  const renewing = new Map<Plan['caller'], Promise<void>>();

  async function post(path: string, body: unknown, more: Record<string, string> = owner): Promise<Reply> {
    const sent = { method: 'POST', target: path, headers: { 'content-type': 'application/json', ...more } };
    const reply = await client.send({ ...sent, body: JSON.stringify(body) });
    if (reply.status >= 400) throw new Error(`${path} answered ${reply.status}: ${reply.text}`);
    return reply;
  }
  async function made(path: string, body: unknown): Promise<{ id: string; value: string }> {
    return JSON.parse((await post(path, body)).text);
  }
  // The fuzz may lock or remove the account that it uses, once there is another administrator: then a new one takes its place.
  let keepers = 0;
  let newest = '';
  const makeKeeper = async () => {
    const login = `keeper-of-the-fuzz-${++keepers}`;
    const { id } = await made('/api/v1/users', { login, password: PASSWORD, role: 'admin' });
    newest = login;
    return { id, login };
  };
  const keeper = await makeKeeper();
  const weak = await made('/api/v1/users', { login: 'weak-of-the-fuzz', kind: 'service', role: 'analyst' });

  async function signIn(): Promise<Record<string, string>> {
    const more = { origin: server.base, 'x-forwarded-for': '198.51.100.7' };
    const login = (name: string) => post('/auth/login', { login: name, password: PASSWORD }, more);
    const reply = await login(newest).catch(async () => {
      // Two callers may be at this at once: each takes the one that it made.
      const { login: name } = await makeKeeper();
      return login(name);
    });
    return { cookie: String(reply.headers['set-cookie']).split(';')[0] ?? '', origin: server.base };
  }

  const RENEW: Partial<Record<Plan['caller'], () => Promise<Record<string, string>>>> = {
    session: signIn,
    // A person makes their own tokens, and has just proved who they are.
    token: async () =>
      bearer(JSON.parse((await post('/api/v1/account/tokens', { name: 'keeper' }, await signIn())).text)),
    weak: async () => bearer(await made('/api/v1/tokens', { name: 'weak', owner: weak.id })),
  };

  async function renew(caller: Plan['caller'], used: Record<string, string>): Promise<void> {
    const make = RENEW[caller];
    if (make === undefined || used !== headers[caller]) return;
    const running =
      renewing.get(caller) ??
      make()
        .then((fresh) => {
          headers[caller] = fresh;
        })
        // One that failed is tried again, and does not fail all that come after it.
        .finally(() => renewing.delete(caller));
    renewing.set(caller, running);
    await running;
  }
  for (const caller of ['session', 'token', 'weak'] as const) await renew(caller, headers[caller]);

  return {
    headersOf: (caller: Plan['caller']) => headers[caller],
    renew,
    /** Account and session of the caller, to be tried too. */
    keeper: keeper.id,
  };
}

function bearer({ value }: { value: string }): Record<string, string> {
  return { authorization: `Bearer ${value}` };
}

function segment(value: unknown): string {
  const text =
    typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value);
  // What is no text in Unicode cannot be percent-encoded.
  return encodeURIComponent((text ?? '').toWellFormed());
}
