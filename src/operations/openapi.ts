import * as z from 'zod';
import { OPERATIONS } from './all.ts';
import { type AnyOperation, addressOf } from './operation.ts';

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 description of all operations. */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Json> = {
    '/api/v1/health': {
      get: {
        operationId: 'health',
        summary: 'Whether the server answers',
        security: [],
        responses: {
          200: {
            description: 'It does',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  properties: { status: { const: 'ok' } },
                  required: ['status'],
                  additionalProperties: false,
                },
              },
            },
          },
        },
      },
    },
  };
  for (const operation of OPERATIONS as readonly AnyOperation[]) {
    for (const [index, path] of [operation.path, ...(operation.aliases ?? [])].entries()) {
      const entry = describeOperation(operation);
      paths[addressOf(path)] = {
        ...paths[addressOf(path)],
        [operation.method.toLowerCase()]:
          index === 0 ? entry : { ...entry, operationId: `${operation.id}.alias${index}`, deprecated: true },
      };
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'SentinelX',
      version,
      description: 'Self-hosted security operations: run tasks, follow them live, keep the findings.',
    },
    paths,
    components: {
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-sentinelx_session',
          description: 'Over TLS; without the prefix on plain HTTP, which is for localhost.',
        },
        token: { type: 'http', scheme: 'bearer' },
      },
      schemas: {
        Problem: z.toJSONSchema(
          z.object({
            type: z.string(),
            title: z.string(),
            status: z.int(),
            code: z.string(),
            detail: z.string(),
            hint: z.string(),
            requestId: z.string(),
            fields: z.array(
              z.object({ field: z.string(), message: z.string(), example: z.string().optional() }),
            ),
            current: z.unknown().optional().describe('Of a conflict: how it is now'),
          }),
        ),
      },
    },
    security: [{ session: [] }, { token: [] }],
  };
}

function describeOperation(operation: AnyOperation): Json {
  const problem = {
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  const status = operation.status ?? 200;
  return {
    operationId: operation.id,
    summary: operation.summary,
    tags: [operation.id.split('.')[0]],
    'x-permission': operation.permission,
    'x-cli': operation.cli,
    ...(operation.audited ? { 'x-audited': true } : {}),
    ...(operation.sensitive ? { 'x-sensitive': true } : {}),
    ...(operation.permission === 'public' ? { security: [] } : {}),
    parameters: [...parameters(operation.pathParams, 'path'), ...parameters(operation.query, 'query')],
    ...requestBody(operation),
    responses: {
      [status]:
        status === 204 ? { description: 'Done' } : { description: 'Done', content: answer(operation) },
      ...otherAnswers(operation),
      default: { description: 'What went wrong', ...problem },
    },
  };
}

/** What a condition or a range in the request leads to. */
function otherAnswers(operation: AnyOperation): Json {
  if (operation.download)
    return { 206: { description: 'The part that was asked for', content: answer(operation) } };
  const tagged = operation.method === 'GET' && operation.path.includes('{');
  return tagged ? { 304: { description: 'It is as `If-None-Match` says' } } : {};
}

function requestBody(operation: AnyOperation): Json {
  if (operation.upload) {
    const schema = {
      type: 'object',
      required: ['file'],
      properties: { file: { type: 'string', contentMediaType: 'application/octet-stream' } },
    };
    return { requestBody: { required: true, content: { 'multipart/form-data': { schema } } } };
  }
  if (operation.method === 'GET' || operation.body.def.type !== 'object') return {};
  const schema = schemaOf(operation.body, 'input');
  return {
    requestBody: {
      required: ((schema.required as string[] | undefined) ?? []).length > 0,
      content: { 'application/json': { schema } },
    },
  };
}

function answer(operation: AnyOperation): Json {
  if (operation.download) return { '*/*': { schema: { type: 'string', format: 'binary' } } };
  return { 'application/json': { schema: schemaOf(operation.output, 'output') } };
}

function parameters(schema: z.ZodObject, place: 'path' | 'query'): Json[] {
  const json = schemaOf(schema, 'input') as { properties?: Record<string, Json>; required?: string[] };
  return Object.entries(json.properties ?? {}).map(([name, value]) => ({
    name,
    in: place,
    required: place === 'path' || (json.required ?? []).includes(name),
    schema: value,
  }));
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
  return json;
}
