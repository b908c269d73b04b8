import type { TaskInfo } from '../model/task-info.ts';

/** One parameter as JSON Schema, with what `.meta()` adds. */
export interface Property {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Property[];
  items?: Property;
  examples?: unknown[];
  minimum?: number;
  maximum?: number;
  kind?: string;
  target?: boolean;
  advanced?: boolean;
}

export function propertiesOf(info: TaskInfo): [string, Property][] {
  const properties = Object.entries((info.params.properties ?? {}) as Record<string, Property>);
  return [
    ...properties.filter(([, property]) => !property.advanced),
    ...properties.filter(([, property]) => property.advanced),
  ];
}

export function requiredOf(info: TaskInfo): ReadonlySet<string> {
  return new Set((info.params.required ?? []) as string[]);
}

/** What the parameter takes, in words: `text`, `a list of text`, `one of a, b`. */
export function typeText(property: Property): string {
  if (property.enum) return `one of ${property.enum.map(String).join(', ')}`;
  if (property.const !== undefined) return String(property.const);
  if (property.anyOf) return [...new Set(property.anyOf.map(typeText))].join(' or ');
  const words: Record<string, string> = {
    string: 'text',
    integer: 'whole number',
    number: 'number',
    boolean: 'true or false',
    object: 'object',
    null: 'nothing',
  };
  if (property.type === 'array') return `list of ${property.items ? typeText(property.items) : 'values'}`;
  const type = Array.isArray(property.type) ? property.type[0] : property.type;
  if (type === 'string' && property.kind && property.kind !== 'text') return property.kind;
  const range =
    property.minimum !== undefined &&
    property.maximum !== undefined &&
    property.maximum < Number.MAX_SAFE_INTEGER
      ? ` from ${property.minimum} to ${property.maximum}`
      : '';
  return `${words[type ?? ''] ?? type ?? 'any'}${range}`;
}
