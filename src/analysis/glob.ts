/**
 * Path patterns: `*` and `?` within one part, `**` over any number of parts, `{a,b}` alternatives. A pattern without `/`
 * fits the name of a file or folder at any depth; one that ends in `/` or names a folder fits all that is below. Matched
 * without regular expressions, in time proportional to pattern × path, because patterns come from users and targets.
 */
export type PathMatcher = (path: string) => boolean;

const MAX_ALTERNATIVES = 256;

export function pathMatcher(pattern: string): PathMatcher {
  const variants = expandBraces(pattern.replace(/^\.?\//, '').replace(/(?<!\/)\/+$/, '')).map(toParts);
  return (path) => {
    const parts = path.split('/');
    return variants.some((variant) => fitsOrContains(variant, parts));
  };
}

export function anyPath(patterns: readonly string[]): PathMatcher {
  const matchers = patterns.map(pathMatcher);
  return (path) => matchers.some((matches) => matches(path));
}

/** `*` and `?` over the whole text, where `*` also crosses `/`. */
export function textFits(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (p < pattern.length && pattern[p] === '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

function toParts(pattern: string): string[] {
  const parts = pattern.split('/').filter((part) => part !== '');
  return pattern.includes('/') ? parts : ['**', ...parts];
}

/** True when the pattern fits the path or a folder above it. */
function fitsOrContains(pattern: readonly string[], path: readonly string[]): boolean {
  if (pattern.length === 0) return false;
  let reachable = new Set<number>([0]);
  for (const part of path) {
    const next = new Set<number>();
    for (const at of closure(pattern, reachable)) {
      const wanted = pattern[at];
      if (wanted === undefined) continue;
      if (wanted === '**') next.add(at);
      else if (textFits(wanted, part)) next.add(at + 1);
    }
    reachable = next;
    if (closure(pattern, reachable).has(pattern.length)) return true;
    if (reachable.size === 0) return false;
  }
  return false;
}

/** A `**` may stand for no part at all. */
function closure(pattern: readonly string[], states: ReadonlySet<number>): Set<number> {
  const all = new Set<number>();
  for (let at of states) {
    all.add(at);
    while (pattern[at] === '**' && at < pattern.length) all.add(++at);
  }
  return all;
}

function expandBraces(pattern: string): string[] {
  let variants = [pattern];
  for (;;) {
    const at = variants.findIndex((variant) => bracesOf(variant) !== undefined);
    if (at < 0) return variants;
    const variant = variants[at] as string;
    const [open, close] = bracesOf(variant) as [number, number];
    const choices = variant.slice(open + 1, close).split(',');
    if (variants.length + choices.length > MAX_ALTERNATIVES) return variants;
    const expanded = choices.map((choice) => variant.slice(0, open) + choice + variant.slice(close + 1));
    variants = [...variants.slice(0, at), ...expanded, ...variants.slice(at + 1)];
  }
}

function bracesOf(pattern: string): [open: number, close: number] | undefined {
  const close = pattern.indexOf('}');
  const open = pattern.lastIndexOf('{', close);
  return open >= 0 && close >= 0 ? [open, close] : undefined;
}
