import type { Described } from './plan.ts';
import type { Schema } from './schema.ts';

export interface OpenApi {
  paths: Record<string, Record<string, Entry>>;
  components: { schemas: Record<string, object> };
}
interface Entry {
  operationId: string;
  'x-permission'?: string;
  parameters?: Described['parameters'];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Described['responses'];
}

/** Every operation of the document that the server itself gives: what is added to the product is tried without a word here. */
export function describedOperations(document: OpenApi): Described[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, entry]) => ({
      id: entry.operationId,
      method: method.toUpperCase(),
      path,
      access: entry['x-permission'] ?? 'public',
      parameters: entry.parameters ?? [],
      body: entry.requestBody?.content['application/json']?.schema,
      upload: entry.requestBody?.content['multipart/form-data'] !== undefined,
      responses: entry.responses,
    })),
  );
}

/** The operation that answers at an address as it was sent; undefined when it is none of ours. */
export function operationAt(
  operations: readonly Described[],
  method: string,
  pathname: string,
): Described | undefined {
  const parts = pathname.split('/');
  const fits = (part: string, wanted: string) => part === wanted || (/^\{\w+\}$/.test(wanted) && part !== '');
  return operations
    .filter((one) => one.method === method && one.path.split('/').length === parts.length)
    .filter((one) => one.path.split('/').every((wanted, index) => fits(parts[index] ?? '', wanted)))
    .sort((a, b) => a.path.split('{').length - b.path.split('{').length)[0];
}
