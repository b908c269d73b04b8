import type { FastifyInstance, FastifyRequest } from 'fastify';
import type * as z from 'zod';
import { SentinelError } from '../lib/errors.ts';
import { fieldProblems } from '../lib/field-problems.ts';
import { OPERATIONS } from '../operations/all.ts';
import type { AnyOperation } from '../operations/operation.ts';
import type { Services } from '../operations/services.ts';
import { callerOf, type IdentityOptions } from './identity.ts';

/** One route for each operation and each of its further paths. */
export function addRoutes(server: FastifyInstance, services: Services, identity: IdentityOptions): void {
  for (const operation of OPERATIONS as readonly AnyOperation[]) {
    if (!operation.permission) throw new Error(`The operation ${operation.id} has no permission.`);
    for (const path of [operation.path, ...(operation.aliases ?? [])]) {
      server.route({
        method: operation.method,
        url: `/api/v1${path.replace(/\{(\w+)\}/g, ':$1')}`,
        async handler(request, reply) {
          const caller = await callerOf(request, identity);
          if (caller.permissions !== 'all' && !caller.permissions.has(operation.permission)) {
            throw new SentinelError('forbidden', `This needs the permission ${operation.permission}.`);
          }
          const input = readInput(operation, request);
          const result = await operation.handler({ services, caller }, input);
          const status = operation.status ?? 200;
          if (status === 204) return reply.code(204).send();
          return reply.code(status).send(operation.output.parse(result));
        },
      });
    }
  }
}

function readInput(operation: AnyOperation, request: FastifyRequest) {
  return {
    path: parse(operation.pathParams, request.params),
    query: parse(operation.query.strict(), request.query),
    body: operation.method === 'GET' ? undefined : parse(operation.body, request.body ?? {}),
  };
}

function parse(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const fields = fieldProblems(schema as z.ZodObject, value, result.error.issues);
  throw new SentinelError(
    'invalid-parameter',
    fields.map((field) => `${field.field}: ${field.message}`).join('; '),
    { fields },
  );
}
