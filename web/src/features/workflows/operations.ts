import { objectOf } from './document/graph.ts';

type Schema = Record<string, unknown>;

interface OpenApiOperation {
  operationId: string;
  summary: string;
  'x-permission'?: string;
  'x-sensitive'?: boolean;
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema } | undefined> };
  responses: Record<string, { content?: Record<string, unknown> }>;
}

export interface OpenApi {
  paths: Record<string, Record<string, OpenApiOperation>>;
  components?: { schemas?: Record<string, Schema> };
}

export interface OperationInfo {
  id: string;
  summary: string;
  permission: string;
  /** JSON Schema of what a step gives it: path, query and body by their names. */
  params: Schema;
}

/** Nobody's own account, nothing that needs a person, nothing that gives or takes bytes. The server has the last word. */
const NOT_FOR_STEPS = ['public', 'self', 'approval:decide'];

export function operationsOf(api: OpenApi): OperationInfo[] {
  return Object.values(api.paths)
    .flatMap((methods) => Object.values(methods))
    .filter((operation) => isForSteps(operation))
    .map((operation) => ({
      id: operation.operationId,
      summary: operation.summary,
      permission: operation['x-permission'] ?? '',
      params: paramsOf(operation),
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function isForSteps(operation: OpenApiOperation): boolean {
  const permission = operation['x-permission'];
  if (permission === undefined || NOT_FOR_STEPS.includes(permission) || operation['x-sensitive'])
    return false;
  const bodies = Object.keys(operation.requestBody?.content ?? {});
  if (bodies.some((type) => type !== 'application/json')) return false;
  return Object.entries(operation.responses)
    .filter(([status]) => status.startsWith('2'))
    .flatMap(([, response]) => Object.keys(response.content ?? {}))
    .every((type) => type === 'application/json');
}

function paramsOf(operation: OpenApiOperation): Schema {
  const properties: Record<string, unknown> = {};
  const required: string[] = [];
  for (const { name, schema, required: needed } of operation.parameters ?? []) {
    properties[name] = schema;
    if (needed) required.push(name);
  }
  const body = objectOf(operation.requestBody?.content['application/json']?.schema);
  Object.assign(properties, objectOf(body.properties));
  if (Array.isArray(body.required)) required.push(...(body.required as string[]));
  return { type: 'object', properties, required };
}
