/**
 * The whole server and, beside it in the same process, a bare Fastify route that runs the same query and writes the same JSON:
 * `node bare-route.ts DATA_DIR`. Says both addresses and a token to its parent.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastify from 'fastify';
import { openApp } from '../../src/app.ts';
import { findingList } from '../../src/operations/findings.ts';
import { startServer } from '../../src/server/start.ts';

const [dataDir = ''] = process.argv.slice(2);
const app = await openApp(
  {
    dataDir,
    limits: { memoryMb: 512, timeSeconds: 60, findings: 1_000_000, logLines: 1000, concurrentRuns: 2 },
    net: { userAgent: 'bench', ratePerSecond: 5 },
  },
  { role: 'server', version: 'bench' },
);
const unlimited = { addressPerMinute: 1e9, callerPerMinute: 1e9 };
await startServer({
  services: app.services,
  host: '127.0.0.1',
  port: 0,
  publicUrl: undefined,
  allowPlainHttp: false,
  logLevel: 'silent',
  rateLimits: unlimited,
});
const { url, token: owner } = JSON.parse(readFileSync(join(dataDir, 'server.json'), 'utf8')) as {
  url: string;
  token: string;
};
// A token like those of users: looked up, resolved to a role, narrowed, counted.
const made = await fetch(`${url}/api/v1/tokens`, {
  method: 'POST',
  headers: { authorization: `Bearer ${owner}`, 'content-type': 'application/json' },
  body: JSON.stringify({ name: 'bench', role: 'analyst' }),
});
const { value: token } = (await made.json()) as { value: string };

const bare = fastify();
const caller = {
  id: 'bench',
  name: 'bench',
  project: 'prj_default',
  local: false,
  permissions: 'all' as const,
  via: { kind: 'owner' as const, id: null },
  verified: 0,
};
const context = {
  services: app.services,
  caller,
  from: { address: '', agent: '', request: '' },
  audit: () => undefined,
  change: () => Promise.reject(new Error('reads only')),
  record: async () => undefined,
  match: () => undefined,
};
bare.get('/api/v1/findings', async (request) =>
  findingList.handler(context, { path: {}, query: findingList.query.parse(request.query), body: undefined }),
);
await bare.listen({ host: '127.0.0.1', port: 0 });
const address = bare.server.address();
const port = typeof address === 'object' && address ? address.port : 0;

// What the check of a permission itself takes, in this process.
const { authorise } = await import('../../src/operations/invoke.ts');
const checked = { ...caller, permissions: new Set(['finding:read']) as never };
const rounds = 2_000_000;
for (let index = 0; index < 200_000; index += 1) authorise(findingList, checked);
const started = performance.now();
for (let index = 0; index < rounds; index += 1) authorise(findingList, checked);
const authoriseMicros = ((performance.now() - started) * 1000) / rounds;
const { grants, tokens } = app.services;
const holder = (await tokens.find(token, '127.0.0.1')).account.id;
const looks = 100_000;
const began = performance.now();
for (let index = 0; index < looks; index += 1) await grants.permissionsIn(holder, 'prj_default');
const resolveMicros = ((performance.now() - began) * 1000) / looks;

process.send?.({ full: url, bare: `http://127.0.0.1:${port}`, token, authoriseMicros, resolveMicros });
process.once('disconnect', () => process.exit(0));
