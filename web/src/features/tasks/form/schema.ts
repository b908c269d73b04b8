/** Turns the JSON Schema of a task's parameters into what a form shows. What has no good widget becomes a JSON field. */
export type Widget =
  | { type: 'text'; long: boolean; maxLength?: number }
  | { type: 'number'; integer: boolean; min?: number; max?: number }
  | { type: 'switch' }
  | { type: 'choice'; options: readonly string[] }
  | { type: 'lines' }
  | { type: 'group'; fields: readonly FormField[] }
  | { type: 'json' };

export interface FormField {
  /** Dotted, as the server names it in a problem. */
  path: string;
  name: string;
  title: string;
  description: string;
  required: boolean;
  advanced: boolean;
  default: unknown;
  examples: readonly unknown[];
  kind: string | undefined;
  widget: Widget;
}

type Schema = Record<string, unknown>;

export function fieldsOf(schema: Schema, parent = ''): FormField[] {
  const required = listOf(schema.required);
  return Object.entries(objectOf(schema.properties)).map(([name, value]) => {
    const property = objectOf(value);
    const path = parent ? `${parent}.${name}` : name;
    return {
      path,
      name,
      title: textOf(property.title) ?? inWords(name),
      description: textOf(property.description) ?? '',
      required: required.includes(name),
      advanced: property.advanced === true,
      default: property.default,
      examples: listOf(property.examples),
      kind: textOf(property.kind),
      widget: widgetOf(property, path),
    };
  });
}

function widgetOf(schema: Schema, path: string): Widget {
  const options = choicesOf(schema);
  if (options) return { type: 'choice', options };
  switch (schema.type) {
    case 'string': {
      const maxLength = numberOf(schema.maxLength);
      const long = schema.kind === 'vector' || schema.kind === 'text' || (maxLength ?? 0) > 5000;
      return { type: 'text', long, ...(maxLength === undefined ? {} : { maxLength }) };
    }
    case 'number':
    case 'integer':
      return numberWidget(schema);
    case 'boolean':
      return { type: 'switch' };
    case 'array':
      return objectOf(schema.items).type === 'string' ? { type: 'lines' } : { type: 'json' };
    case 'object':
      return schema.properties ? { type: 'group', fields: fieldsOf(schema, path) } : { type: 'json' };
    default:
      return { type: 'json' };
  }
}

function numberWidget(schema: Schema): Widget {
  const min = numberOf(schema.minimum);
  const max = numberOf(schema.maximum);
  // A whole number without bounds carries the largest safe one, which says nothing to a reader.
  const bounded = (value: number | undefined) =>
    value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER;
  return {
    type: 'number',
    integer: schema.type === 'integer',
    ...(bounded(min) ? { min: min as number } : {}),
    ...(bounded(max) ? { max: max as number } : {}),
  };
}

/** An enumeration, or a union of one with a switch: its words say all that the switch could. */
function choicesOf(schema: Schema): string[] | undefined {
  const own = listOf(schema.enum);
  if (own.length > 0 && own.every((value) => typeof value === 'string')) return own as string[];
  const branches = listOf(schema.anyOf ?? schema.oneOf).map(objectOf);
  const chosen = branches.filter((branch) => branch.type !== 'boolean');
  const only = chosen[0];
  return branches.length > 0 && chosen.length === 1 && only ? choicesOf(only) : undefined;
}

function inWords(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[-_]/g, ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function objectOf(value: unknown): Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : {};
}
function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
