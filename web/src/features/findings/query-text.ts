/** The query of a list as text, `severity:high,critical status:open words`: the same text everywhere, kept in the address. */
interface Term {
  key: string | undefined;
  text: string;
}

function termsOf(query: string): Term[] {
  return [...query.matchAll(/(?:([a-z][a-z-]*):)?("[^"]*"|\S+)/g)].map((match) => ({
    key: match[1],
    text: match[2] ?? '',
  }));
}

export function valuesOf(query: string, key: string): string[] {
  return termsOf(query)
    .filter((term) => term.key === key)
    .flatMap((term) => term.text.replaceAll('"', '').split(','))
    .filter(Boolean);
}

/** The query with `key` set to `values`; without values the key goes. */
export function withValues(query: string, key: string, values: readonly string[]): string {
  const others = termsOf(query).filter((term) => term.key !== key);
  const texts = others.map((term) => (term.key ? `${term.key}:${term.text}` : term.text));
  const own = values.length > 0 ? [`${key}:${values.join(',')}`] : [];
  const keyed = texts.filter((_text, at) => others[at]?.key !== undefined);
  const words = texts.filter((_text, at) => others[at]?.key === undefined);
  return [...own, ...keyed, ...words].join(' ');
}
