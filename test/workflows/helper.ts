import { afterAll, beforeAll, describe } from 'vitest';
import { postgresPrograms, startPostgres } from '../servers/postgres.ts';
import { type Answer, type CallOptions, startTestServer, type TestServer } from '../servers/sentinelx.ts';

const ENDED = ['done', 'partial', 'failed', 'cancelled'];
export const VECTOR = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';

/** The run as the API shows it, as soon as `fits` says so; an ended run that does not fit is an error. */
export async function whenRun(
  sx: TestServer,
  id: string,
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came
  fits: (run: any) => boolean,
  options: CallOptions = {},
  // biome-ignore lint/suspicious/noExplicitAny: the same
): Promise<any> {
  const until = Date.now() + 60_000;
  for (;;) {
    const { status, body } = await sx.call(`/api/v1/workflows/runs/${id}`, options);
    if (status !== 200) throw new Error(JSON.stringify(body));
    if (fits(body)) return body;
    if (ENDED.includes(body.status) || Date.now() > until)
      throw new Error(`The run is ${body.status}: ${JSON.stringify(body, null, 1)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the same
export function whenEnded(sx: TestServer, id: string, options: CallOptions = {}): Promise<any> {
  return whenRun(sx, id, (run) => ENDED.includes(run.status), options);
}

/** Starts it and gives the id of the run. */
export async function start(
  sx: TestServer,
  body: Record<string, unknown>,
  options: CallOptions = {},
): Promise<string> {
  const answer = await sx.call('/api/v1/workflows/run', { ...options, body });
  if (answer.status !== 202) throw new Error(JSON.stringify(answer.body));
  return answer.body.run.id;
}

/** A service account with that role in the usual project, and a token of it. */
export async function account(
  sx: TestServer,
  role: string,
  permissions?: readonly string[],
): Promise<{ id: string; token: string; tokenId: string }> {
  const login = `${role}-${Math.random().toString(36).slice(2, 8)}`;
  const made = await must(
    sx.call('/api/v1/users', { body: { login, kind: 'service', role, project: 'default' } }),
  );
  const token = await must(
    sx.call('/api/v1/tokens', {
      body: { name: login, owner: made.id, ...(permissions ? { permissions } : {}) },
    }),
  );
  return { id: made.id, token: token.value, tokenId: token.token.id };
}

// biome-ignore lint/suspicious/noExplicitAny: the same
export async function must(answer: Promise<Answer>): Promise<any> {
  const { status, body } = await answer;
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
}

/** The same tests on the embedded store and on PostgreSQL; `use` gets the server of each. */
export function onEachStore(use: (sx: TestServer) => void, define: () => void): void {
  const bin = postgresPrograms();
  describe('on the embedded store', () => {
    let sx: TestServer;
    beforeAll(async () => {
      sx = await startTestServer();
      use(sx);
    });
    afterAll(() => sx[Symbol.asyncDispose]());
    define();
  });
  describe.skipIf(!bin)(bin ? 'on PostgreSQL' : 'on PostgreSQL (skipped: none is installed)', () => {
    const opened = new AsyncDisposableStack();
    beforeAll(async () => {
      const postgres = await startPostgres(bin as string);
      opened.defer(() => postgres.stop());
      use(opened.use(await startTestServer({ databaseUrl: await postgres.database('workflows') })));
    }, 60_000);
    afterAll(() => opened.disposeAsync());
    define();
  });
}
