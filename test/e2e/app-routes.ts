import { fileURLToPath } from 'node:url';
import type { RouteObject } from 'react-router';
import { runnerImport } from 'vite';
import type { SeededServer } from './seeded-server.ts';

// The app is checked with its own compiler options: it is loaded here, not compiled along.
const ROUTES_FILE = fileURLToPath(new URL('../../web/src/app/routes.ts', import.meta.url));

/** A thing for every screen that shows one: ids of what is stored, by the address of the screen. */
export type Samples = Record<string, string>;

/** Addresses of all screens behind the sign-in, from the router itself: a new one is in every test that walks them. */
export async function addressesOfAllScreens(samples: Samples): Promise<string[]> {
  // Through the bundler of the app, as the app itself.
  const { module } = await runnerImport<{ ROUTES: readonly RouteObject[] }>(ROUTES_FILE, {
    configFile: false,
    logLevel: 'error',
  });
  const addresses = module.ROUTES.flatMap((route) => addressesOf(route, '')).map((address) => {
    if (!address.includes('/:')) return address;
    const sample = samples[address];
    if (sample === undefined) throw new Error(`'${address}' needs a sample in test/e2e/app-routes.ts`);
    return address.replace(/:\w+/, encodeURIComponent(sample));
  });
  return [...new Set(addresses)];
}

function addressesOf(route: RouteObject, above: string): string[] {
  const own = route.path?.startsWith('/') ? route.path : [above, route.path].filter(Boolean).join('/');
  // What leads on to another address is no screen.
  if (route.index || route.handle === 'moved') return [];
  if (!route.children) return [own];
  return route.children.flatMap((child) => addressesOf(child, own));
}

const GATED = `name: gated
steps:
  - { name: rate, task: cvss, params: { vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' } }
  - { name: gate, approval: { roles: [admin, analyst], message: 'Go on?' }, depends_on: rate }
`;

/** Puts in one thing for each screen that shows one. */
export async function makeSamples({ call, ids }: SeededServer, report: string): Promise<Samples> {
  const must = async (path: string, options?: { method?: string; body?: unknown }) => {
    const { status, body } = await call(`/api/v1${path}`, options);
    if (status >= 400) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  };
  const post = (path: string, body: unknown) => must(path, { method: 'POST', body });
  const form = new FormData();
  form.append('file', new Blob([report], { type: 'application/json' }), 'scan.sarif');
  const imported = await post('/imports/upload?asset=shop', form);
  await post('/workflows', { source: GATED });
  const started = await post('/workflows/run', { workflow: 'gated' });
  const made = await post('/reports', { title: 'Open findings', formats: ['html'] });
  const template = await post('/report-templates', { name: 'own-look', source: '# Own look' });
  const approval = await until(async () => (await must('/approvals')).items[0]?.id);
  return {
    '/findings/imports/:run': imported.run.id,
    '/findings/:finding': ids.finding,
    '/runs/:run': ids.run,
    '/tasks/:task': 'secrets-scan',
    '/workflows/:name': 'gated',
    '/workflows/:name/edit': 'gated',
    '/workflow-runs/:run': started.run.id,
    '/reports/:report': made.id,
    '/reports/:report/compare': made.id,
    '/report-templates/:template': template.name,
    '/approvals/:approval': approval,
    '/admin/users/:user': ids.person,
  };
}

async function until<T>(read: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 600; tries++) {
    const value = await read();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it did not come');
}
