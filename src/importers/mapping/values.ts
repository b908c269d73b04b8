/** The value that a source of a mapping names in one element. */
export type Read = (source: string) => unknown;

/** `=text` is that text; `check.id` a path; a name that has a dot itself (a column, mostly) is found as it is. */
export function readerOf(element: unknown): Read {
  return (source) => {
    if (source.startsWith('=')) return source.slice(1);
    const whole = fieldOf(element, source);
    if (whole !== undefined) return whole;
    let at: unknown = element;
    for (const part of source.split('.')) at = fieldOf(at, part);
    return at;
  };
}

function fieldOf(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return /^\d+$/.test(name) ? value[Number(name)] : undefined;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

/** Text of a value, undefined for nothing; of a list its first text. */
export function textOf(value: unknown): string | undefined {
  const [first] = listOf(value);
  return first;
}

export function listOf(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.flatMap((one) => {
    if (typeof one === 'string') return one.trim() === '' ? [] : [one.trim()];
    if (typeof one === 'number' || typeof one === 'boolean') return [String(one)];
    return [];
  });
}

export function numberOf(text: string | undefined): number | undefined {
  const number = Number(text);
  return text !== undefined && Number.isInteger(number) && number >= 0 ? number : undefined;
}
