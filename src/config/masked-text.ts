import { type Document, parseDocument } from 'yaml';
import { parseConfigText } from './file.ts';
import { maskValue } from './mask.ts';
import { valueAt } from './rows.ts';
import { configKeys } from './schema.ts';

/** The text of a configuration file as it may be shown: comments and order stay, credentials in addresses do not. */
export function maskText(text: string): string {
  const { data } = parseConfigText('', text);
  return edited(text, (document) => {
    for (const { path, value, masked } of hidden(data)) if (masked !== value) document.setIn(path, masked);
  });
}

/** Puts what was hidden back where the text still has it as it was shown. */
export function unmaskText(text: string, before: string): string {
  const { data } = parseConfigText('', text);
  const known = hidden(parseConfigText('', before).data);
  return edited(text, (document) => {
    for (const { path, value, masked } of known)
      if (masked !== value && valueAt(data, path) === masked) document.setIn(path, value);
  });
}

/** The values that are shown differently from what they are. */
function hidden(data: unknown): { path: readonly string[]; value: string; masked: unknown }[] {
  return configKeys().flatMap((key) => {
    const value = valueAt(data, key.path);
    if (typeof value === 'string') return [{ path: key.path, value, masked: maskValue(key, value) }];
    if (key.type !== 'record' || typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([name, one]) =>
      typeof one === 'string' ? [{ path: [...key.path, name], value: one, masked: maskValue(key, one) }] : [],
    );
  });
}

function edited(text: string, change: (document: Document) => void): string {
  const document = parseDocument(text);
  const before = document.toString({ lineWidth: 0 });
  change(document);
  const after = document.toString({ lineWidth: 0 });
  return after === before ? text : after;
}
