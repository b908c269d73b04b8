import { entropy } from '../../../analysis/entropy.ts';
import { buildKeywordAutomaton } from '../../../analysis/keyword-automaton.ts';
import type { Confidence } from '../../../model/severity.ts';
import type { FileFacts } from './file-facts.ts';
import { GENERIC_KEYWORDS, type GenericFinder } from './generic.ts';
import { isPlaceholder } from './placeholder.ts';
import type { SecretRule, Verdict } from './rule.ts';

/** A secret in a buffer: `start` and `end` are byte positions of its value. */
export interface Candidate {
  rule: SecretRule;
  start: number;
  end: number;
  /** One character per byte. */
  value: string;
  verdict: Exclude<Verdict, false>;
}

export interface MatchOptions {
  file: FileFacts;
  /** Only formats that are distinctive enough for bytes that are not text. */
  strongOnly: boolean;
  /** The buffer holds the whole file. */
  whole: boolean;
}

export interface Matcher {
  /** Every candidate in `bytes[0, length)`, in order, without overlaps. */
  scan(bytes: Buffer, length: number, options: MatchOptions): Candidate[];
}

/** How far a line is looked at on each side of a keyword; minified files are one line of megabytes. */
const LINE_REACH = 512;
/** Files that are recognised by their name only are small. */
const WHOLE_FILE_LIMIT = 256 * 1024;

export function createMatcher(rules: readonly SecretRule[], generic: GenericFinder | undefined): Matcher {
  const compiled = rules.map(compileLate);
  const byKeyword = new Map<string, number[]>();
  compiled.forEach(({ rule }, index) => {
    for (const keyword of rule.keywords) byKeyword.set(keyword, [...(byKeyword.get(keyword) ?? []), index]);
  });
  for (const keyword of generic ? GENERIC_KEYWORDS : []) {
    if (!byKeyword.has(keyword)) byKeyword.set(keyword, []);
  }
  const keywords = [...byKeyword.keys()];
  const automaton = buildKeywordAutomaton(keywords);
  const rulesOf = keywords.map((keyword) => byKeyword.get(keyword) as number[]);
  const isGeneric = keywords.map((keyword) => generic !== undefined && GENERIC_KEYWORDS.includes(keyword));
  const fileRules = compiled.filter(({ rule }) => rule.scope === 'file');

  return {
    scan(bytes, length, options) {
      const found: Candidate[] = [];
      // Per rule, how far it has looked: a keyword inside the text that it matched, or on a line that it saw, is done.
      const seenTo = new Map<number, number>();
      const { file, strongOnly } = options;
      let judgedUntil = 0;

      automaton.scan(bytes, 0, length, (keyword, after) => {
        const start = after - (keywords[keyword] as string).length;
        for (const index of rulesOf[keyword] as number[]) {
          const late = compiled[index] as (typeof compiled)[number];
          const { rule } = late;
          if (strongOnly && !rule.strong) continue;
          if (rule.gate && !rule.gate(bytes, after, length)) continue;
          if (rule.files && !rule.files(file)) continue;
          if (rule.scope === 'start' && continuesWord(bytes, start)) continue;
          if ((seenTo.get(index) ?? -1) >= after) continue;
          if (rule.scope === 'line') {
            const [from, to] = lineAround(bytes, start, after, length);
            seenTo.set(index, to);
            matchAll({ rule, pattern: late.pattern, bytes, from, to, file, found });
          } else {
            const to = Math.min(length, start + rule.reach);
            const seen = matchAt({ rule, pattern: late.pattern, bytes, from: start, to, file, found });
            if (seen > 0) seenTo.set(index, start + seen);
          }
        }
        if (isGeneric[keyword] && !strongOnly && start >= judgedUntil) {
          const judged = generic?.find(bytes, { start, after, length, file });
          if (judged) judgedUntil = judged.until;
          if (judged?.candidate) found.push(judged.candidate);
        }
      });

      if (options.whole && !strongOnly && length <= WHOLE_FILE_LIMIT) {
        const asked = fileRules.filter(({ rule }) => rule.files?.(file));
        const text = asked.length > 0 ? bytes.latin1Slice(0, length) : '';
        for (const late of asked) {
          const { rule } = late;
          if (rule.when?.(text) ?? true)
            matchAll({ rule, pattern: late.pattern, bytes, from: 0, to: length, file, found });
        }
      }
      return withoutOverlaps(found);
    },
  };
}

interface Attempt {
  rule: SecretRule;
  pattern: RegExp;
  bytes: Buffer;
  from: number;
  to: number;
  file: FileFacts;
  found: Candidate[];
}

/** Returns the length of the text that matched. */
function matchAt(attempt: Attempt): number {
  attempt.pattern.lastIndex = 0;
  const match = attempt.pattern.exec(attempt.bytes.latin1Slice(attempt.from, attempt.to));
  if (!match) return 0;
  judge(attempt, match);
  return match[0].length;
}

function matchAll(attempt: Attempt): void {
  for (const match of attempt.bytes.latin1Slice(attempt.from, attempt.to).matchAll(attempt.pattern)) {
    judge(attempt, match);
  }
}

function judge({ rule, bytes, from, file, found }: Attempt, match: RegExpExecArray): void {
  const span = match.indices?.groups?.secret ?? match.indices?.[1] ?? match.indices?.[0];
  if (!span) return;
  const value = match.input.slice(span[0], span[1]);
  if (isPlaceholder(value, rule.placeholders)) return;
  if (rule.entropy !== undefined && entropy(value) < rule.entropy) return;
  const start = from + span[0];
  const verdict =
    rule.check?.({
      value,
      groups: match.groups ?? {},
      file,
      before: textBefore(bytes, start),
      input: match.input,
    }) ?? {};
  if (verdict === false) return;
  found.push({ rule, start, end: from + span[1], value, verdict });
}

function textBefore(bytes: Buffer, start: number): string {
  const from = Math.max(0, start - 400);
  const text = bytes.latin1Slice(from, start);
  return text.slice(text.lastIndexOf('\n') + 1);
}

const WORD = new Uint8Array(256);
for (let byte = 0; byte < 128; byte++) if (/\w/.test(String.fromCharCode(byte))) WORD[byte] = 1;

/** True when the byte before belongs to the same word; the letter of an escape such as `\n` does not. */
function continuesWord(bytes: Uint8Array, start: number): boolean {
  if (start === 0 || !WORD[bytes[start - 1] as number] || !WORD[bytes[start] as number]) return false;
  return bytes[start - 2] !== 0x5c;
}

function lineAround(bytes: Buffer, start: number, after: number, length: number): [from: number, to: number] {
  let from = start;
  while (from > 0 && start - from < LINE_REACH && bytes[from - 1] !== 0x0a) from--;
  let to = after;
  while (to < length && to - after < LINE_REACH && bytes[to] !== 0x0a) to++;
  return [from, to];
}

/** Few of the patterns are needed in one run. */
function compileLate(rule: SecretRule): { rule: SecretRule; readonly pattern: RegExp } {
  let pattern: RegExp | undefined;
  return {
    rule,
    get pattern() {
      pattern ??= compile(rule);
      return pattern;
    },
  };
}

function compile(rule: SecretRule): RegExp {
  const flags = new Set([...rule.pattern.flags, 'd']);
  flags.add(rule.scope === 'start' || rule.scope === 'inside' ? 'y' : 'g');
  if (rule.scope === 'file') flags.add('m');
  return new RegExp(rule.pattern.source, [...flags].join(''));
}

const TRUST: Record<Confidence, number> = { low: 0, medium: 1, high: 2 };

export function confidenceOf({ rule, verdict }: Pick<Candidate, 'rule' | 'verdict'>): Confidence {
  return verdict.confidence ?? rule.confidence;
}

/** Where candidates share characters, the most specific one stays. */
export function withoutOverlaps(found: Candidate[]): Candidate[] {
  const kept: Candidate[] = [];
  for (const candidate of found.sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = kept.at(-1);
    if (!last || candidate.start >= last.end) kept.push(candidate);
    else if (isBetter(candidate, last)) kept[kept.length - 1] = candidate;
  }
  return kept;
}

function isBetter(a: Candidate, b: Candidate): boolean {
  if (a.rule.rank !== b.rule.rank) return a.rule.rank > b.rule.rank;
  const trust = TRUST[confidenceOf(a)] - TRUST[confidenceOf(b)];
  return trust !== 0 ? trust > 0 : a.end - a.start > b.end - b.start;
}
