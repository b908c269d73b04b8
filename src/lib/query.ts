import { closest } from './closest.ts';
import { SentinelError } from './errors.ts';

export interface Query {
  /** Values of each key; a comma means or. */
  keys: Record<string, string[]>;
  words: string[];
}

/** `severity:high,critical status:open text`: spaces mean and, commas or, quotes keep spaces. */
export function parseQuery(text: string, known: readonly string[]): Query {
  const query: Query = { keys: {}, words: [] };
  for (const match of text.matchAll(/(?:([a-z][a-z-]*):)?(?:"([^"]*)"|(\S+))/g)) {
    const key = match[1];
    const value = match[2] ?? match[3] ?? '';
    if (key === undefined) query.words.push(value);
    else if (!known.includes(key)) {
      const near = closest(key, known);
      throw new SentinelError(
        'invalid-query',
        `There is no key '${key}:'.${near ? ` Did you mean '${near}:'?` : ` There are: ${known.join(', ')}.`}`,
      );
    } else query.keys[key] = [...(query.keys[key] ?? []), ...value.split(',').filter(Boolean)];
  }
  return query;
}
