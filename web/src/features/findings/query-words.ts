import { termsOf } from './query-text.ts';

interface Words {
  or: string;
  to: string;
  /** `{{value}}` of `<`, `<=`, `>` and `>=`. */
  compared: Readonly<Record<'<' | '<=' | '>' | '>=', (value: string) => string>>;
  not: (part: string) => string;
  key: (key: string) => string;
}

/** A query as people would say it: `severity: critical or high; status: open`. */
export function queryInWords(query: string, words: Words): string {
  return termsOf(query)
    .map(({ not, key, text }) => {
      const values = text
        .match(/"(?:[^"\\]|\\.)*"|[^,]+/g)
        ?.map((value) => valueInWords(value, words))
        .join(` ${words.or} `);
      const said = key === undefined ? `“${unquoted(text)}”` : `${words.key(key)}: ${values ?? ''}`;
      return not ? words.not(said) : said;
    })
    .join('; ');
}

function valueInWords(value: string, words: Words): string {
  const compared = /^(<=|>=|<|>)(.+)$/.exec(value);
  if (compared) return words.compared[compared[1] as '<'](unquoted(compared[2] ?? ''));
  const range = /^([^"]*)\.\.([^"]*)$/.exec(value);
  if (range) return `${range[1]} ${words.to} ${range[2]}`;
  return unquoted(value);
}

function unquoted(value: string): string {
  return value.replace(/^"(.*)"$/, '$1').replaceAll(/\\(.)/g, '$1');
}
