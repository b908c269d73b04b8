import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Described } from './plan.ts';
import { isPick } from './schema.ts';
import type { FuzzServer } from './server.ts';

/** Real ids, names and parameters by what they are: `run`, `user`, `grant`, `task`, `params` … */
export type Pools = Map<string, unknown[]>;

const SAMPLE = fileURLToPath(new URL('../../samples/shop', import.meta.url));
export const PASSWORD = 'rather odd phrase 4711 of a keeper';

type Call = (path: string, body?: unknown, method?: string) => Promise<{ status: number; body: unknown }>;

/** Fills an instance with one of everything, and collects what it then has, with the lists that openapi.json names. */
export async function seedInstance(server: FuzzServer, operations: readonly Described[]): Promise<Pools> {
  const call: Call = async (path, body, method) => {
    const response = await fetch(`${server.base}${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        authorization: `Bearer ${server.ownerToken}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: /^application\/json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text,
    };
  };
  // A copy: answers may name the target of a run, but never a path of the program.
  const target = join(server.folder, 'shop');
  cpSync(SAMPLE, target, { recursive: true });
  await fill(call, target);
  const pools: Pools = new Map();
  const reading = operations.filter(({ method }) => method === 'GET');
  for (const { path } of reading.filter((one) => !one.path.includes('{')))
    harvest((await call(path)).body, path.split('/').at(-1) ?? '', pools);
  for (const { path } of reading.filter((one) => one.path.includes('{'))) {
    const name = /([^/]+)\/\{(\w+)\}/.exec(path);
    const pool = pools.get(name?.[2] === 'id' ? singular(name[1] ?? '') : (name?.[2] ?? '')) ?? [];
    for (const one of pool.slice(0, 4)) {
      const address = path.replace(/\{\w+\}/, encodeURIComponent(String(one)));
      if (!address.includes('{')) harvest((await call(address)).body, address.split('/').at(-1) ?? '', pools);
    }
  }
  return pools;
}

/** Puts what the pools have in the place of each pick. */
export function resolvePicks(value: unknown, pools: Pools): unknown {
  if (isPick(value)) {
    const pool = pools.get(value.$pick) ?? [];
    return pool.length === 0 ? `none-${value.n}` : pool[value.n % pool.length];
  }
  if (Array.isArray(value)) return value.map((one) => resolvePicks(one, pools));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolvePicks(one, pools)]));
}

async function fill(call: Call, target: string): Promise<void> {
  for (const slug of ['other', 'third', 'fourth']) await call('/api/v1/projects', { slug, name: slug });
  const names = ['ada', 'bob', 'cyd', 'dan', 'eva', 'fay'];
  for (const [index, login] of names.entries()) {
    const kind = index % 2 === 0 ? 'person' : 'service';
    const made = await call('/api/v1/users', { login, kind, role: 'analyst' });
    const { id } = made.body as { id: string };
    await call(`/api/v1/users/${id}/grants`, { role: 'developer', project: 'other' });
    await call('/api/v1/tokens', { name: `of ${login}`, owner: id });
  }
  for (const name of ['triage', 'reader'])
    await call('/api/v1/roles', { name, title: name, permissions: ['run:read', 'finding:read'] });
  for (const value of ['example.org', '192.0.2.0/24', 'https://example.net/app/'])
    await call('/api/v1/scope', { kind: 'host', value });
  await call('/api/v1/scope', { kind: 'path', value: target });
  for (const name of ['one', 'two']) await call(`/api/v1/secrets/${name}`, { value: 'hidden-value' }, 'PUT');
  await fillStarts(call);
  const vector = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
  await call('/api/v1/tasks/cvss/run', { params: { vector } });
  await call('/api/v1/tasks/secrets-scan/run', { params: { path: target } });
  for (let round = 0; round < 200; round += 1) {
    const { items } = (await call('/api/v1/runs')).body as { items: { status: string }[] };
    if (items.length >= 2 && items.every(({ status }) => !['queued', 'running'].includes(status))) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('The runs of the instance did not end.');
}

/** A workflow, with what starts it. */
async function fillStarts(call: Call): Promise<void> {
  const source = { name: 'pause', steps: [{ name: 'pause', wait: '1h' }] };
  await call('/api/v1/workflows', { source });
  await call('/api/v1/workflows/run', { workflow: 'pause' });
  const gated = { name: 'gated', steps: [{ name: 'gate', approval: { message: 'Go on?' } }] };
  for (let count = 0; count < 3; count += 1) await call('/api/v1/workflows/run', { workflow: gated });
  await call('/api/v1/schedules', { workflow: 'pause', cron: '0 2 1 1 *' });
  await call('/api/v1/secrets/hook', { value: 'a secret of enough letters' }, 'PUT');
  await call('/api/v1/triggers', { workflow: 'pause', kind: 'webhook', name: 'hook', signedBy: 'hook' });
  await call('/api/v1/triggers', {
    workflow: 'pause',
    kind: 'event',
    event: 'run.ended',
    query: 'status:failed',
  });
}

/** What has an id or a name, wherever it stands in an answer, under the name of the list or field that holds it. */
function harvest(value: unknown, name: string, pools: Pools): void {
  if (Array.isArray(value)) {
    for (const one of value) harvest(one, name, pools);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const fields = value as Record<string, unknown>;
  for (const key of ['id', 'name', 'slug'])
    if (typeof fields[key] === 'string' && fields[key] !== '') {
      add(pools, singular(name), fields[key]);
      break;
    }
  for (const [key, one] of Object.entries(fields)) {
    if (key === 'params' && typeof one === 'object') add(pools, 'params', one);
    else if (typeof one === 'string' && ['sha256', 'cursor', 'nextCursor'].includes(key))
      add(pools, key, one);
    else harvest(one, key === 'items' ? name : key, pools);
  }
}

function add(pools: Pools, name: string, value: unknown): void {
  const pool = pools.get(name) ?? [];
  if (pool.length < 50 && !pool.includes(value)) pool.push(value);
  pools.set(name, pool);
}

function singular(name: string): string {
  return name.replace(/s$/, '');
}
