import { setTimeout as sleep } from 'node:timers/promises';
import type { Many, Part } from '../servers/many.ts';

const ENDED = ['done', 'partial', 'failed', 'cancelled'];

/**
 * Asks one of the servers; one that is gone, or whose database is, is asked again later, with the same key. Of a first request that
 * died with its server nobody can say what it did: the caller looks, or lives with a second one.
 */
export async function ask(servers: readonly Part[], path: string, body?: unknown): Promise<unknown> {
  let key = crypto.randomUUID();
  let last = '';
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const server = servers[attempt % servers.length] as Part;
    try {
      const response = await fetch(`${server.base}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          authorization: `Bearer ${server.token}`,
          'idempotency-key': key,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(10_000),
      });
      const text = await response.text();
      if (response.ok) return JSON.parse(text);
      last = `${response.status} ${text}`;
      if (response.status === 409 && attempt % 20 === 19) key = crypto.randomUUID();
      if (response.status < 500 && response.status !== 409) throw new Error(`${path}: ${last}`);
    } catch (error) {
      if (error instanceof Error && error.message.startsWith(path)) throw error;
      last = String(error);
    }
    await sleep(100);
  }
  throw new Error(`${path}: ${last}`);
}

export async function startRun(
  servers: readonly Part[],
  workflow: string,
  inputs: Record<string, unknown>,
  more: Record<string, unknown> = {},
): Promise<string> {
  const answer = (await ask(servers, '/api/v1/workflows/run', { workflow, inputs, ...more })) as {
    run: { id: string };
  };
  return answer.run.id;
}

/** Throws with what is open when not all have ended in time. */
export async function whenAllEnded({ query }: Many, seconds: number): Promise<void> {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    const open = await query(
      `select id, name, status from workflow_run where status not in ('${ENDED.join("','")}')`,
    );
    if (open.length === 0) return;
    if (Date.now() > until) {
      const steps = await query(
        `select run, name, item, status, fence, instance, requirement, task_run from workflow_step
         where status not in ('done','partial','failed','skipped','cancelled','pending')`,
      );
      const instances = await query('select id, role, pid, host, heartbeat from instances');
      throw new Error(`stuck: ${JSON.stringify({ open, steps, instances }, null, 1)}`);
    }
    await sleep(100);
  }
}
