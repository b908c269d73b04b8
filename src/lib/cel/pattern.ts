import { SentinelError } from '../errors.ts';

/**
 * Regular expressions of users, in time that grows with the text times the pattern and never more: a set of places in the pattern
 * is moved on by each character (Thompson 1968), there is no backtracking. The subset is what RE2 and JavaScript share: literals,
 * `.`, `[a-z]`, `\d \w \s \b`, groups, `|`, `* + ? {n,m}` (also lazy), `^ $`.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  return compiled(pattern)(text);
}

/** Throws `invalid-expression` when the pattern cannot be read. */
export function checkPattern(pattern: string): void {
  compiled(pattern);
}

/** What one match costs, in places looked at. */
export function patternCost(pattern: string, text: string): number {
  return (text.length + 1) * Math.max(1, pattern.length);
}

const LONGEST_PATTERN = 500;
const MOST_PLACES = 5_000;
const MOST_REPEATS = 1_000;

type Test = (code: number) => boolean;
type Place =
  | { kind: 'character'; test: Test; next: number }
  | { kind: 'split'; next: number; other: number }
  | { kind: 'assert'; what: 'start' | 'end' | 'word' | 'inside'; next: number }
  | { kind: 'end' };

const kept = new Map<string, (text: string) => boolean>();

function compiled(pattern: string): (text: string) => boolean {
  const known = kept.get(pattern);
  if (known) return known;
  const program = build(parse(pattern), pattern);
  const match = (text: string) => run(program, text);
  if (kept.size >= 200) kept.clear();
  kept.set(pattern, match);
  return match;
}

function run({ places, start }: { places: readonly Place[]; start: number }, text: string): boolean {
  let current = new Set<number>();
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0);
  for (let at = 0; at <= codes.length; at += 1) {
    if (follow(places, start, { codes, at }, current)) return true;
    const code = codes[at];
    if (code === undefined) return false;
    const next = new Set<number>();
    for (const index of current) {
      const place = places[index];
      if (place?.kind === 'character' && place.test(code))
        if (follow(places, place.next, { codes, at: at + 1 }, next)) return true;
    }
    current = next;
  }
  return false;
}

/** Adds all places that are reached without a character; true when the end is one of them. */
function follow(
  places: readonly Place[],
  from: number,
  { codes, at }: { codes: readonly number[]; at: number },
  into: Set<number>,
): boolean {
  const open = [from];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (into.has(index)) continue;
    into.add(index);
    const place = places[index];
    if (place?.kind === 'end') return true;
    if (place?.kind === 'split') open.push(place.other, place.next);
    if (place?.kind === 'assert' && holds(place.what, codes, at)) open.push(place.next);
  }
  return false;
}

function holds(what: 'start' | 'end' | 'word' | 'inside', codes: readonly number[], at: number): boolean {
  if (what === 'start') return at === 0;
  if (what === 'end') return at === codes.length;
  const edge = isWord(codes[at - 1] ?? -1) !== isWord(codes[at] ?? -1);
  return what === 'word' ? edge : !edge;
}

type Syntax =
  | { kind: 'character'; test: Test }
  | { kind: 'assert'; what: 'start' | 'end' | 'word' | 'inside' }
  | { kind: 'row'; parts: Syntax[] }
  | { kind: 'either'; options: Syntax[] }
  | { kind: 'repeat'; of: Syntax; min: number; max: number };

function build(syntax: Syntax, pattern: string): { places: Place[]; start: number } {
  const places: Place[] = [{ kind: 'end' }];
  const add = (place: Place) => {
    if (places.length >= MOST_PLACES) throw refused(pattern, 'repeats too much');
    return places.push(place) - 1;
  };
  const emit = (part: Syntax, next: number): number => {
    switch (part.kind) {
      case 'character':
        return add({ kind: 'character', test: part.test, next });
      case 'assert':
        return add({ kind: 'assert', what: part.what, next });
      case 'row':
        return part.parts.reduceRight((after, one) => emit(one, after), next);
      case 'either':
        return part.options
          .map((option) => emit(option, next))
          .reduceRight((other, one) => add({ kind: 'split', next: one, other }));
      case 'repeat':
        return repeat(part, next);
    }
  };
  const repeat = ({ of, min, max }: Syntax & { kind: 'repeat' }, next: number): number => {
    let at = next;
    if (max === Number.POSITIVE_INFINITY) {
      const loop = add({ kind: 'split', next: 0, other: next });
      (places[loop] as { next: number }).next = emit(of, loop);
      at = loop;
    } else
      for (let count = min; count < max; count += 1)
        at = add({ kind: 'split', next: emit(of, at), other: next });
    for (let count = 0; count < min; count += 1) at = emit(of, at);
    return at;
  };
  const start = emit(syntax, 0);
  return { places, start };
}

function parse(pattern: string): Syntax {
  if (pattern.length > LONGEST_PATTERN)
    throw refused(pattern, `is longer than ${LONGEST_PATTERN} characters`);
  const characters = [...pattern];
  let at = 0;
  let depth = 0;
  const peek = () => characters[at];
  const take = () => characters[at++];

  const either = (): Syntax => {
    depth += 1;
    if (depth > 50) throw refused(pattern, 'is nested too deeply');
    const options = [row()];
    while (peek() === '|') {
      at += 1;
      options.push(row());
    }
    depth -= 1;
    return options.length === 1 ? (options[0] as Syntax) : { kind: 'either', options };
  };
  const row = (): Syntax => {
    const parts: Syntax[] = [];
    while (at < characters.length && peek() !== '|' && peek() !== ')') parts.push(repeated(atom()));
    return { kind: 'row', parts };
  };
  const repeated = (of: Syntax): Syntax => {
    const range = quantifier();
    if (!range) return of;
    if (of.kind === 'assert') throw refused(pattern, 'repeats what has no length');
    if (peek() === '?') at += 1;
    if (quantifier()) throw refused(pattern, 'has two repetitions in a row');
    return { kind: 'repeat', of, ...range };
  };
  const quantifier = (): { min: number; max: number } | null => {
    const simple = { '*': [0, Number.POSITIVE_INFINITY], '+': [1, Number.POSITIVE_INFINITY], '?': [0, 1] }[
      peek() ?? ''
    ];
    if (simple) {
      at += 1;
      return { min: simple[0] ?? 0, max: simple[1] ?? 0 };
    }
    const [whole, from, comma, to] =
      /^\{(\d{1,4})(,?)(\d{0,4})\}/.exec(characters.slice(at, at + 12).join('')) ?? [];
    if (whole === undefined) return null;
    at += whole.length;
    const min = Number(from);
    const max = comma === '' ? min : to === '' ? Number.POSITIVE_INFINITY : Number(to);
    if (max < min || min > MOST_REPEATS || (max > MOST_REPEATS && max !== Number.POSITIVE_INFINITY))
      throw refused(pattern, `has a repetition beyond ${MOST_REPEATS}`);
    return { min, max };
  };
  const atom = (): Syntax => {
    const character = take() ?? '';
    switch (character) {
      case '(':
        return group();
      case '[':
        return { kind: 'character', test: charClass() };
      case '.':
        return { kind: 'character', test: (code) => code !== 10 && code !== 13 };
      case '^':
        return { kind: 'assert', what: 'start' };
      case '$':
        return { kind: 'assert', what: 'end' };
      case '\\':
        if (peek() === 'b' || peek() === 'B')
          return { kind: 'assert', what: take() === 'b' ? 'word' : 'inside' };
        return { kind: 'character', test: escaped().test };
      case '*':
      case '+':
      case '?':
        throw refused(pattern, `repeats nothing at character ${at}`);
      default:
        return { kind: 'character', test: equals(character) };
    }
  };
  const group = (): Syntax => {
    if (peek() === '?') {
      at += 1;
      if (take() !== ':') throw refused(pattern, 'looks ahead or behind, which is not offered');
    }
    const inside = either();
    if (take() !== ')') throw refused(pattern, 'has a bracket that is not closed');
    return inside;
  };
  const escaped = (): { test: Test; code: number | null } => {
    const character = take();
    if (character === undefined) throw refused(pattern, 'ends with a backslash');
    const set = SETS[character];
    if (set) return { test: set, code: null };
    const named = { n: 10, r: 13, t: 9, f: 12, v: 11 }[character];
    if (named !== undefined) return { test: (code) => code === named, code: named };
    if (/[0-9a-z]/i.test(character)) throw refused(pattern, `has '\\${character}', which is not offered`);
    return { test: equals(character), code: character.codePointAt(0) ?? 0 };
  };
  const charClass = (): Test => {
    const negated = peek() === '^';
    if (negated) at += 1;
    const tests: Test[] = [];
    const one = (): { test: Test; code: number | null } => {
      const character = take();
      if (character === undefined) throw refused(pattern, "has a '[' that is not closed");
      if (character === '\\') return escaped();
      return { test: equals(character), code: character.codePointAt(0) ?? 0 };
    };
    while (peek() !== ']') {
      const first = one();
      if (peek() === '-' && characters[at + 1] !== ']') {
        at += 1;
        const last = one();
        if (first.code === null || last.code === null || last.code < first.code)
          throw refused(pattern, 'has a range in [ ] that is none');
        const [low, high] = [first.code, last.code];
        tests.push((code) => code >= low && code <= high);
      } else tests.push(first.test);
    }
    at += 1;
    return (code) => tests.some((test) => test(code)) !== negated;
  };

  const syntax = either();
  if (at < characters.length) throw refused(pattern, 'closes a bracket that was not opened');
  return syntax;
}

const isDigit: Test = (code) => code >= 48 && code <= 57;
const isWord: Test = (code) =>
  isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;
const isSpace: Test = (code) => code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0xfeff;
const SETS: Readonly<Record<string, Test>> = {
  d: isDigit,
  D: (code) => !isDigit(code),
  w: isWord,
  W: (code) => !isWord(code),
  s: isSpace,
  S: (code) => !isSpace(code),
};

function equals(character: string): Test {
  const wanted = character.codePointAt(0);
  return (code) => code === wanted;
}

function refused(pattern: string, why: string): SentinelError {
  return new SentinelError(
    'invalid-expression',
    `The pattern '${pattern.slice(0, 80).toWellFormed()}' ${why}.`,
  );
}
