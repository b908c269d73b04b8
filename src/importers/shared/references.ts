import type { Reference } from '../../model/finding.ts';

/** `CWE-79`, `cwe-79: Cross-site scripting`, `79`, and lists of such, as numbers in the order given. */
export function cweNumbers(...given: unknown[]): number[] {
  const found = given.flat(3).flatMap((value) => {
    if (typeof value === 'number') return [value];
    if (typeof value !== 'string') return [];
    if (/^\d{1,5}$/.test(value.trim())) return [Number(value)];
    return [...value.matchAll(/\bCWE[-_ ]?(\d{1,5})\b/gi)].map((match) => Number(match[1]));
  });
  // 0 and -1 are what tools write for 'none'.
  return [...new Set(found)].filter((id) => Number.isInteger(id) && id > 0);
}

/** Databases whose ids OSV passes on, so that several tools name them (https://ossf.github.io/osv-schema/#id-modified-fields). */
const OSV_ID = /^\s*((?:PYSEC|RUSTSEC|GO|MAL|OSV|HSEC|RSEC|PSF)-\d{4}-\d{1,7})\s*$/i;

/** CVE, GHSA and OSV numbers among these ids (other ids say nothing across tools), the package, the weaknesses. */
export function referencesTo(
  ids: readonly (string | null | undefined)[],
  also: { purl?: string; cwe?: readonly number[] } = {},
): Reference[] {
  const known = ids.flatMap((id): Reference[] => {
    const cve = /^\s*(CVE-\d{4}-\d{4,})\s*$/i.exec(id ?? '')?.[1];
    if (cve) return [{ kind: 'cve', value: cve.toUpperCase() }];
    const ghsa = /^\s*GHSA((?:-[23456789cfghjmpqrvwx]{4}){3})\s*$/i.exec(id ?? '')?.[1];
    if (ghsa) return [{ kind: 'ghsa', value: `GHSA${ghsa.toLowerCase()}` }];
    const osv = OSV_ID.exec(id ?? '')?.[1];
    return osv ? [{ kind: 'osv', value: osv.toUpperCase() }] : [];
  });
  const all: Reference[] = [
    ...known,
    ...(also.purl ? [{ kind: 'purl' as const, value: also.purl }] : []),
    ...(also.cwe ?? []).map((cwe) => ({ kind: 'cwe' as const, value: String(cwe) })),
  ];
  const seen = new Set<string>();
  return all.filter(({ kind, value }) => {
    const name = `${kind}:${value}`;
    return seen.has(name) ? false : seen.add(name);
  });
}

/** Only addresses of the web, each once: what a reader may follow. */
export function webLinks(...given: unknown[]): string[] {
  const links = given
    .flat(3)
    .flatMap((text) => (typeof text === 'string' ? text.split(/\s+/) : []))
    .filter((text) => /^https?:\/\/\S+$/i.test(text));
  return [...new Set(links)];
}
