import { createHmac } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { digest } from '../access/digest.ts';
import { SentinelError } from '../lib/errors.ts';
import { authorise } from '../operations/invoke.ts';
import type { AnyOperation, Caller } from '../operations/operation.ts';
import type { Services } from '../operations/services.ts';
import type { Store } from '../store/store.ts';

const KEEP_MS = 24 * 3600_000;
const MAX_KEY = 200;

/**
 * `Idempotency-Key` on a creation: the same key with the same request gets the first answer again and does nothing; with
 * another request it is refused. When the first one is still at work, or its process died, the second is told so: doing it
 * twice would be worse than asking somebody to look.
 */
export async function once(
  { operation, caller, services }: { operation: AnyOperation; caller: Caller; services: Services },
  request: FastifyRequest,
  reply: FastifyReply,
  work: () => Promise<unknown>,
): Promise<unknown> {
  const named = request.headers['idempotency-key'];
  if (typeof named !== 'string' || operation.method !== 'POST' || operation.upload) return work();
  if (named.length === 0 || named.length > MAX_KEY)
    throw new SentinelError('bad-request', `Idempotency-Key expects 1 to ${MAX_KEY} characters.`);
  // Who may not (or no longer) do it gets the refusal, not the answer of before.
  if (!mayDo(operation, caller)) return work();
  const key = digest(JSON.stringify([caller.id, caller.project, operation.id, named]));
  const { store } = services;
  // With a key: the body may hold a password, and a plain hash of it could be guessed by whoever reads the database.
  const fingerprint = createHmac('sha256', await services.keys.mac('idempotency'))
    .update(JSON.stringify([request.url, request.body ?? null]))
    .digest('hex');
  const first = await claim(store, key, fingerprint);
  if (first) return replay(first, fingerprint, reply);
  let result: unknown;
  try {
    result = await work();
  } catch (error) {
    await store.write({ lane: 'interactive' }, ({ tx }) =>
      tx.deleteFrom('idempotency').where('key', '=', key).execute(),
    );
    throw error;
  }
  // What is shown once must not lie in the database: its repetition is told that it was done.
  const body = operation.shownOnce ? null : JSON.stringify(result ?? null);
  await store.write({ lane: 'interactive' }, ({ tx }) =>
    tx.updateTable('idempotency').set({ status: 200, body }).where('key', '=', key).execute(),
  );
  return result;
}

function mayDo(operation: AnyOperation, caller: Caller): boolean {
  try {
    authorise(operation, caller);
    return true;
  } catch {
    return false;
  }
}

interface Row {
  fingerprint: string;
  status: number | null;
  body: string | null;
}

/** Undefined when the key is ours now, else what is known of the first request. */
function claim(store: Store, key: string, fingerprint: string): Promise<Row | undefined> {
  return store.write({ lane: 'interactive' }, async ({ tx }) => {
    const now = Date.now();
    await tx
      .deleteFrom('idempotency')
      .where('created', '<', now - KEEP_MS)
      .execute();
    const result = await tx
      .insertInto('idempotency')
      .values({ key, fingerprint, status: null, body: null, created: now })
      .onConflict((conflict) => conflict.column('key').doNothing())
      .executeTakeFirst();
    if ((result.numInsertedOrUpdatedRows ?? 0n) > 0n) return undefined;
    return tx.selectFrom('idempotency').selectAll().where('key', '=', key).executeTakeFirst();
  });
}

function replay(first: Row, fingerprint: string, reply: FastifyReply): unknown {
  if (first.fingerprint !== fingerprint)
    throw new SentinelError('not-possible-now', 'This Idempotency-Key was used for another request.');
  if (first.status === null)
    throw new SentinelError(
      'not-possible-now',
      'The first request with this Idempotency-Key has not finished: look what it did.',
      {
        retryAfter: 1,
      },
    );
  if (first.body === null)
    throw new SentinelError(
      'not-possible-now',
      'This was done by the first request; its answer is shown once only.',
    );
  reply.header('idempotency-replayed', 'true');
  return JSON.parse(first.body);
}
