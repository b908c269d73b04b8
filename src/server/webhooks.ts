import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { appendAudit } from '../access/audit.ts';
import { DEFAULT_PROJECT } from '../access/grants.ts';
import { SentinelError } from '../lib/errors.ts';
import type { Services } from '../operations/services.ts';
import type { WriteContext } from '../store/store.ts';
import type { TriggerRow } from '../workflows/triggers/trigger-rows.ts';
import type { Refusal } from '../workflows/triggers/webhook-signature.ts';
import { SHOWN_HEADERS } from '../workflows/triggers/webhook-spec.ts';
import { refuseExceeded } from './rate-limits.ts';
import { parse } from './routes.ts';

export const HOOK_ROUTE = '/api/v1/hooks/:hook';

const MOST_BYTES = 1024 * 1024;
/** Deeper than anything that a sender sends, and not so deep that reading it could go wrong. */
const MOST_DEPTH = 64;
/** Of one hook and address. */
const PER_MINUTE = 600;
/** Requests of one address that are refused. */
const REFUSED_PER_MINUTE = 60;
/** Refusals of one hook go to the audit log so rarely: whoever sends them must not fill it. */
const TELL_EVERY_MS = 60_000;

const Params = z.object({ hook: z.string().max(100) });
const Query = z.strictObject({ project: z.string().max(100).optional() });

interface Refused {
  request: FastifyRequest;
  now: number;
  why(): Promise<Refusal>;
}

/**
 * `POST /api/v1/hooks/NAME` (of the usual project, or of `?project=`) and `POST /api/v1/hooks/ID`: starts the workflow of a hook
 * for a request that is signed with its secret. A hook that there is not answers like a wrong signature, after the same work.
 */
export function addWebhookRoute(server: FastifyInstance, services: Services): Promise<void> {
  const told = new Map<string, number>();
  const limit = server.createRateLimit({
    max: PER_MINUTE,
    keyGenerator: (request) => `hook:${request.url.split('?')[0]?.slice(0, 150)}:${request.ip}`,
  });
  const refusedLimit = server.createRateLimit({
    max: REFUSED_PER_MINUTE,
    keyGenerator: (request) => `hook-refused:${request.ip}`,
  });

  return Promise.resolve(
    server.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      // What is signed are the bytes as they came.
      scope.addContentTypeParser(
        'application/json',
        { parseAs: 'buffer', bodyLimit: MOST_BYTES },
        (_request, body, done) => done(null, body),
      );
      scope.post(HOOK_ROUTE, async (request, reply) => {
        reply.header('cache-control', 'no-store');
        refuseExceeded(await limit(request));
        return reply.code(202).send(await receive(request));
      });
    }),
  );

  async function receive(request: FastifyRequest): Promise<{ run: string | null; skipped: string | null }> {
    const { triggers } = services;
    if (!triggers) throw new SentinelError('not-found', 'Hooks are received by a server.');
    const now = Date.now();
    const { hook } = parse(Params, request.params) as z.output<typeof Params>;
    const { project } = parse(Query, request.query) as z.output<typeof Query>;
    const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const signed = { headers: request.headers, body: bytes, now };
    const { row, verified } = await triggers.webhooks.verify(
      { text: hook, project: await projectOf(project) },
      signed,
    );
    if (!row || !verified) {
      if (row) tellRefused(row, { request, now, why: () => triggers.webhooks.why(row, signed) });
      refuseExceeded(await refusedLimit(request));
      throw new SentinelError('webhook-refused', 'There is no such hook, or the signature is wrong.');
    }
    const call = { row, body: readBody(bytes), headers: shownHeaders(request), nonces: verified.nonces, now };
    const result = await triggers.webhooks.start(call, (context, outcome) =>
      record(context, { row, request, outcome: 'done', code: null, after: outcome }),
    );
    return 'run' in result ? { run: result.run, skipped: null } : { run: null, skipped: result.skipped };
  }

  async function projectOf(named: string | undefined): Promise<string> {
    if (named === undefined) return DEFAULT_PROJECT;
    const projects = await services.grants.projects();
    return projects.find(({ id, slug }) => id === named || slug === named)?.id ?? 'none';
  }

  /** After the answer: the time that it takes would tell that there is such a hook. */
  function tellRefused(row: TriggerRow, refused: Refused): void {
    const { request, now } = refused;
    if (now - (told.get(row.id) ?? 0) < TELL_EVERY_MS) return;
    told.set(row.id, now);
    setImmediate(() => {
      recordRefused(row, refused).catch((error: unknown) =>
        request.log.error({ err: error }, 'a refused hook was not recorded'),
      );
    });
  }

  async function recordRefused(row: TriggerRow, { request, now, why }: Refused): Promise<void> {
    const reason = await why();
    await services.store.write({ lane: 'interactive', durable: true }, async (context) => {
      await context.tx
        .updateTable('workflow_trigger')
        .set({ refused: now, refused_why: reason })
        .where('id', '=', row.id)
        .execute();
      await record(context, {
        row,
        request,
        outcome: 'refused',
        code: 'webhook-refused',
        after: { why: reason },
      });
    });
  }

  async function record(
    context: WriteContext,
    entry: {
      row: TriggerRow;
      request: FastifyRequest;
      outcome: 'done' | 'refused';
      code: string | null;
      after?: unknown;
    },
  ): Promise<void> {
    const { row, request, outcome, code, after } = entry;
    await appendAudit(context, services.audit, {
      actor: outcome === 'done' ? row.principal : 'anonymous',
      via: `webhook:${row.id}`,
      address: request.ip,
      request: request.id,
      operation: 'webhooks.receive',
      project: row.project,
      subject: row.id,
      outcome,
      code,
      ...(after === undefined ? {} : { after }),
    });
  }
}

function readBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return null;
  let value: unknown;
  try {
    // A key of this name would be taken for something else by whoever copies the object.
    value = JSON.parse(bytes.toString('utf8'), (key, inner: unknown) =>
      key === '__proto__' ? undefined : inner,
    );
  } catch (cause) {
    throw new SentinelError('bad-request', 'The body is no JSON, or goes too deep.', { cause });
  }
  if (isDeeper(value, MOST_DEPTH))
    throw new SentinelError('bad-request', `The body goes deeper than ${MOST_DEPTH} levels.`);
  return value;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

function shownHeaders({ headers }: FastifyRequest): Record<string, string> {
  return Object.fromEntries(
    SHOWN_HEADERS.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value.slice(0, 500)]] : [];
    }),
  );
}
