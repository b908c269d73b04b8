import * as z from 'zod';
import { duration, localTime, print } from '../print.ts';
import { facts } from '../table.ts';
import { openClient } from './client.ts';
import type { AddressOptions } from './start.ts';

const Session = z.object({ setupNeeded: z.boolean() });
const Runs = z.object({ items: z.array(z.object({ id: z.string() })) });

export async function infoCommand(options: AddressOptions): Promise<void> {
  const client = openClient(options);
  const health = await client.ask('GET', '/api/v1/health', { anonymous: true });
  const session = Session.safeParse((await client.ask('GET', '/auth/session', { anonymous: true })).body);
  const active = Runs.safeParse(
    (await client.ask('GET', '/api/v1/runs?status=queued,running,cancelling')).body,
  );
  const { url, pid, started } = client.server;
  const value = {
    url,
    pid,
    started: new Date(started).toISOString(),
    healthy: health.status === 200,
    setupNeeded: session.success ? session.data.setupNeeded : null,
    activeRuns: active.success ? active.data.items.length : null,
  };
  if (!value.healthy) process.exitCode = 1;
  print(value, options, (terminal) =>
    facts(terminal, [
      ['address', url],
      ['state', value.healthy ? terminal.c.green('healthy') : terminal.c.red(`answers ${health.status}`)],
      ['process', String(pid)],
      ['since', `${localTime(started)} (${duration(Date.now() - started)})`],
      ['first account', value.setupNeeded === null ? 'unknown' : value.setupNeeded ? 'not made yet' : 'made'],
      ['active runs', value.activeRuns === null ? 'unknown' : String(value.activeRuns)],
    ]),
  );
}
