import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type * as z from 'zod';
import { SentinelError } from '../lib/errors.ts';
import { fieldProblems } from '../lib/field-problems.ts';
import { OPERATIONS } from '../operations/all.ts';
import { entityTag, invoke } from '../operations/invoke.ts';
import { type AnyOperation, addressOf, type Caller, type Download } from '../operations/operation.ts';
import { NO_BODY } from '../operations/paging.ts';
import { sendDownload } from './download.ts';
import { once } from './idempotency.ts';
import { callerOf, callerOrAnonymous, checkOrigin, fromOf, type IdentityOptions } from './identity.ts';
import { isPublicOperation } from './public-routes.ts';
import { readUpload } from './upload.ts';

/** One route for each operation and each of its further paths. */
export function addRoutes(server: FastifyInstance, identity: IdentityOptions): void {
  const edited = editedPaths();
  for (const operation of OPERATIONS as readonly AnyOperation[]) {
    if (!operation.permission || (operation.permission === 'public' && !isPublicOperation(operation.id)))
      throw new Error(
        `The operation ${operation.id} has no permission and is not in the list of public ones.`,
      );
    const query = strictQuery(operation);
    // What stands once only, such as one's own account, is edited at the path where it is read.
    const tagged = operation.method === 'GET' && (operation.path.includes('{') || edited.has(operation.path));
    for (const path of [operation.path, ...(operation.aliases ?? [])]) {
      server.route({
        method: operation.method,
        url: addressOf(path).replace(/\{(\w+)\}/g, ':$1'),
        config: { operation: operation.id, ...(operation.download ? { download: true } : {}) },
        handler: (request, reply) => answer({ operation, query, tagged, identity }, request, reply),
      });
    }
  }
}

function editedPaths(): ReadonlySet<string> {
  const edits = (OPERATIONS as readonly AnyOperation[]).filter(
    ({ method }) => method === 'PATCH' || method === 'PUT',
  );
  return new Set(edits.map(({ path }) => path));
}

interface Route {
  operation: AnyOperation;
  /** Of this route, made once: Zod compiles a schema when it is first used, which takes longer than all of a request's other work. */
  query: z.ZodType;
  /** One thing, whose tag an edit names. */
  tagged: boolean;
  identity: IdentityOptions;
}

async function answer(route: Route, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { operation, identity } = route;
  const caller = await callerFor(operation, identity, request);
  const from = fromOf(request, reply, identity);
  const { services } = identity;
  const result = await once({ operation, caller, services }, request, reply, () =>
    invoke(operation, { services, caller, from }, () =>
      operation.upload ? readUploadInput(route, request, reply) : readInput(route, request, operation.body),
    ),
  );
  if (operation.download) return sendDownload(request, reply, result as Download);
  if (operation.status === 204) return reply.code(204).send();
  // The tag of one thing that one reads is what `If-Match` of an edit names.
  if (route.tagged) {
    const tag = entityTag(result);
    reply.header('etag', tag);
    if (request.headers['if-none-match'] === tag) return reply.code(304).send();
  }
  return reply.code(operation.status ?? 200).send(result);
}

/** A public write is still not taken from the page of another site. */
async function callerFor(
  operation: AnyOperation,
  identity: IdentityOptions,
  request: FastifyRequest,
): Promise<Caller> {
  if (operation.permission !== 'public') return callerOf(request, identity);
  if (operation.method !== 'GET') checkOrigin(request, identity.origins);
  return callerOrAnonymous(request, identity);
}

function strictQuery(operation: AnyOperation): z.ZodType {
  return operation.query.strict();
}

function readInput({ operation, query }: Route, request: FastifyRequest, body: z.ZodType) {
  return {
    path: parse(operation.pathParams, request.params),
    query: parse(query, withoutProject(operation, request.query)),
    body: operation.method === 'GET' ? undefined : parse(body, request.body ?? {}),
  };
}

async function readUploadInput(route: Route, request: FastifyRequest, reply: FastifyReply) {
  const { operation, identity } = route;
  const { uploads } = identity.services;
  const { path, query } = readInput(route, request, NO_BODY);
  const maxBytes = Math.min(uploads.maxBytes, operation.upload?.maxBytes ?? 0);
  return { path, query, body: parse(operation.body, await readUpload(request, reply, maxBytes)) };
}

/** `?project=` of a download says where, and is no parameter of the operation. */
function withoutProject(operation: AnyOperation, query: unknown): unknown {
  if (!operation.download || 'project' in operation.query.shape) return query;
  const { project: _project, ...rest } = query as Record<string, unknown>;
  return rest;
}

export function parse(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const fields = fieldProblems(schema as z.ZodObject, value, result.error.issues);
  throw new SentinelError(
    'invalid-parameter',
    fields.map((field) => `${field.field}: ${field.message}`).join('; '),
    { fields },
  );
}
