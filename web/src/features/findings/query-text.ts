/** The query of a list as text, `severity:high,critical -status:fixed words`: the same text everywhere, kept in the address. */
export interface Term {
  not: boolean;
  key: string | undefined;
  /** As it is written: with commas and quotes. */
  text: string;
}

const TERM = /(-?)([a-z][a-z-]*):(?=\s|$)|(-?)(?:([a-z][a-z-]*):)?((?:"(?:[^"\\]|\\.)*"|[^\s"])+|"[^"]*$)/gi;

export function termsOf(query: string): Term[] {
  return [...query.matchAll(TERM)].map((match) => ({
    not: (match[1] || match[3]) === '-',
    key: (match[2] ?? match[4])?.toLowerCase(),
    text: match[5] ?? '',
  }));
}

export function printTerms(terms: readonly Term[]): string {
  return terms.map(({ not, key, text }) => `${not ? '-' : ''}${key ? `${key}:` : ''}${text}`).join(' ');
}

/** Values that a key may have, or with `not`: may not have. */
export function valuesOf(query: string, key: string, not = false): string[] {
  return termsOf(query)
    .filter((term) => term.key === key && term.not === not)
    .flatMap((term) => splitValues(term.text));
}

/** The query with `key` set to `values`; without values the key goes. */
export function withValues(query: string, key: string, values: readonly string[], not = false): string {
  const terms = termsOf(query);
  const same = (term: Term) => term.key === key && term.not === not;
  const at = terms.findIndex(same);
  const others = terms.filter((term) => !same(term));
  if (values.length === 0) return printTerms(others);
  const own = { not, key, text: values.map(quoted).join(',') };
  // Words stand last; what is there keeps its place.
  const words = others.findIndex((term) => term.key === undefined);
  others.splice(at >= 0 ? at : words >= 0 ? words : others.length, 0, own);
  return printTerms(others);
}

/** Without what is said about `key`, in both forms. */
export function withoutKey(query: string, key: string): string {
  return printTerms(termsOf(query).filter((term) => term.key !== key));
}

/** The one vulnerability that a query is about and nothing else: `cve:CVE-2021-44228`, or its id alone. */
export function vulnerabilityIn(query: string): string | undefined {
  const [term, another] = termsOf(query).filter(({ key, text }) => !(key === 'show' && text === 'hidden'));
  if (!term || another || term.not) return undefined;
  const id = term.text.replaceAll('"', '');
  const named = term.key === 'cve' || term.key === 'ghsa' || term.key === undefined;
  return named && /^(cve-\d{4}-\d{4,}|ghsa(-[0-9a-z]{4}){3})$/i.test(id) ? id : undefined;
}

/** An asset of this name and no other: a star in a query stands for any text. */
export function exactName(name: string): string {
  return name.replaceAll('*', '\\*');
}

export function quoted(value: string): string {
  return /^[^\s",]+$/.test(value) ? value : `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
}

function splitValues(text: string): string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|[^,]+/g)].map(
    (match) => match[1]?.replaceAll(/\\(.)/g, '$1') ?? match[0],
  );
}

export const findingsAddress = (q: string): string => `/findings?q=${encodeURIComponent(q)}`;
