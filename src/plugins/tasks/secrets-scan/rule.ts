import { anyCase } from '../../../analysis/any-case.ts';
import type { RuleText } from '../../../model/rule.ts';
import type { Confidence, Severity } from '../../../model/severity.ts';
import type { FileFacts } from './file-facts.ts';
import type { PlaceholderLevel } from './placeholder.ts';

/** One place where a rule's pattern fits, before it is judged. */
export interface Match {
  /** The text that may be a secret, one character per byte. */
  value: string;
  groups: Readonly<Record<string, string | undefined>>;
  file: FileFacts;
  /** Text of the line before the value, at most 400 characters. */
  before: string;
  /** What the pattern was tried on: the line, the bytes behind the keyword, or the file. */
  input: string;
}

/** What a validator says: no secret at all, or a secret with what the format tells about it. */
export type Verdict =
  | false
  | {
      confidence?: Confidence;
      severity?: Severity;
      /** A fact that the format gives away, as part of a sentence: `of AWS account 123456789012`. Never the secret. */
      note?: string;
    };

export interface SecretRule {
  id: string;
  text: RuleText;
  /** Lower-case ASCII; at least one stands in every match. Empty for a rule that looks at whole files by name. */
  keywords: readonly string[];
  /**
   * The secret is the group `secret`, else group 1, else the whole match.
   * `start`: the pattern begins where a keyword begins, on a word boundary; `inside`: the same, without the boundary;
   * `line`: anywhere in the line that has the keyword; `file`: anywhere in a small file that `files` accepts.
   */
  pattern: RegExp;
  scope: 'start' | 'inside' | 'line' | 'file';
  /** Bytes from the keyword that the pattern may need. */
  reach: number;
  /** Looks at the bytes behind the keyword before any text is made: keeps frequent keywords cheap. */
  gate?: (bytes: Uint8Array, after: number, end: number) => boolean;
  /** Distinctive enough to be looked for in binary files. */
  strong: boolean;
  files?: (file: FileFacts) => boolean;
  /** For the scope `file`: what the text must have as a whole. Asked once, where `check` is asked for each match. */
  when?: (text: string) => boolean;
  placeholders: PlaceholderLevel;
  /** Bits per character that a value needs; support for formats without a structure, never a rule by itself. */
  entropy?: number;
  check?: (match: Match) => Verdict;
  confidence: Confidence;
  /** Who wins where two rules meet on the same characters: the higher one. */
  rank: number;
  examples: { hit: readonly Example[]; ok: readonly Example[] };
}

/** Text with generated parts such as `[[alnum:36]]`; with a file name where the rule looks at it. */
export type Example = string | { file: string; text: string };

export const RANK = { generic: 10, named: 40, format: 50, token: 60 } as const;

export interface RuleWords {
  id: string;
  /** The name of the secret, as the provider says it: the title of the finding. */
  name: string;
  severity?: Severity;
  /** What somebody can do with it. */
  gives: string;
  /** Where and how to make it worthless. */
  revoke: string;
  cwe?: readonly number[];
  references?: readonly string[];
  revision?: number;
}

type Optional = Partial<
  Pick<
    SecretRule,
    | 'check'
    | 'confidence'
    | 'entropy'
    | 'files'
    | 'when'
    | 'placeholders'
    | 'rank'
    | 'gate'
    | 'reach'
    | 'strong'
  >
>;

export interface TokenWords extends RuleWords, Optional {
  /** With what the token begins. */
  prefixes: readonly string[];
  pattern: RegExp;
  hit: readonly Example[];
  ok: readonly Example[];
}

/** A format that can be told by how it begins. */
export function token(words: TokenWords): SecretRule {
  return {
    id: words.id,
    text: ruleText(words),
    keywords: words.prefixes.map((prefix) => prefix.toLowerCase()),
    pattern: words.pattern,
    scope: 'start',
    reach: words.reach ?? 320,
    strong: words.strong ?? true,
    placeholders: words.placeholders ?? 'filler',
    confidence: words.confidence ?? 'medium',
    rank: words.rank ?? RANK.token,
    examples: { hit: words.hit, ok: words.ok },
    ...optional(words),
  };
}

export interface NamedWords extends RuleWords, Optional {
  /** What the name of the variable or key begins or continues with, for example `datadog`. */
  names: readonly string[];
  /** A further condition on the rest of the name; `key`, `token`, `secret`, `pass`, `auth` or `credential` unless told. */
  rest?: RegExp;
  value: RegExp;
  hit: readonly Example[];
  ok: readonly Example[];
}

/** A format without a prefix: told by the name that it is assigned to. */
export function named(words: NamedWords): SecretRule {
  const names = words.names.map((name) => name.replace(/[.]/g, '\\.')).join('|');
  const rest = (words.rest ?? /[\w.\- ]{0,24}(?:key|token|secret|pass|pwd|auth|cred|sid)[\w-]{0,20}/).source;
  const source = `${anyCase(`(?:${names})${rest}`)}${ASSIGNMENT}(?<secret>${words.value.source})(?![\\w/+-])`;
  return {
    id: words.id,
    text: ruleText(words),
    keywords: words.names.map((name) => name.toLowerCase()),
    pattern: new RegExp(source),
    scope: 'inside',
    reach: words.reach ?? 320,
    strong: false,
    placeholders: words.placeholders ?? 'filler',
    confidence: words.confidence ?? 'medium',
    rank: words.rank ?? RANK.named,
    examples: { hit: words.hit, ok: words.ok },
    ...optional({ gate: assignmentFollows, ...words }),
  };
}

export interface FormatWords extends RuleWords, Optional {
  keywords: readonly string[];
  pattern: RegExp;
  scope: SecretRule['scope'];
  hit: readonly Example[];
  ok: readonly Example[];
}

/** A place in a known file format where a secret stands, whatever it looks like. */
export function format(words: FormatWords): SecretRule {
  return {
    id: words.id,
    text: ruleText(words),
    keywords: words.keywords.map((keyword) => keyword.toLowerCase()),
    pattern: words.pattern,
    scope: words.scope,
    reach: words.reach ?? 512,
    strong: words.strong ?? false,
    placeholders: words.placeholders ?? 'template',
    confidence: words.confidence ?? 'medium',
    rank: words.rank ?? RANK.format,
    examples: { hit: words.hit, ok: words.ok },
    ...optional(words),
  };
}

/** A format whose distinctive part is not its beginning. */
export function embedded(words: Omit<FormatWords, 'scope'>): SecretRule {
  return format({ strong: true, placeholders: 'filler', rank: RANK.token, ...words, scope: 'line' });
}

/** Between a name and its value: `=`, `:`, `=>`, `:=`, a comma in a call, `>` of a tag, `value=` of an attribute. */
export const ASSIGNMENT =
  '(?:\\\\?["\'`])?[\\])]?\\s{0,8}(?:=>|:=|={1,3}|:|,|>|(?:string\\s*)?value\\s*=)\\s{0,8}(?:[a-zA-Z]{0,2}\\\\?["\'`]{1,3}|\\(\\s*["\'])?';

const OPERATORS = new Uint8Array(256);
for (const operator of '=:,>') OPERATORS[operator.charCodeAt(0)] = 1;
const NAME_BYTES = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) if (/[\w.\- ]/.test(String.fromCharCode(byte))) NAME_BYTES[byte] = 1;

/** True when the name at the keyword is followed by an assignment: most mentions of a word in code are not. */
export function assignmentFollows(bytes: Uint8Array, after: number, end: number): boolean {
  const limit = Math.min(end, after + 60);
  let at = after;
  while (at < limit && NAME_BYTES[bytes[at] as number]) at++;
  for (const stop = Math.min(limit, at + 12); at < stop; at++) {
    const byte = bytes[at] as number;
    if (OPERATORS[byte]) return true;
    if (byte === 0x0a || (byte > 0x2d && byte < 0x3a)) return false;
  }
  return at < limit && /value/.test(latin1(bytes, at - 12, at + 8));
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).latin1Slice(
    Math.max(0, start),
    Math.min(end, bytes.length),
  );
}

function ruleText(words: RuleWords): RuleText {
  return {
    title: words.name,
    severity: words.severity ?? 'high',
    cwe: [...(words.cwe ?? [798])],
    why: `${words.gives} Whoever can read this place has the secret, and copies stay in clones, backups and caches.`,
    fix: `${words.revoke} Then issue a new one, load it from a secret store or the environment, and remove this copy; deleting the line alone leaves it in the history.`,
    revision: words.revision ?? 1,
    ...(words.references ? { references: [...words.references] } : {}),
  };
}

function optional(words: Optional): Optional {
  const picked: Optional = {};
  if (words.check) picked.check = words.check;
  if (words.entropy !== undefined) picked.entropy = words.entropy;
  if (words.files) picked.files = words.files;
  if (words.when) picked.when = words.when;
  if (words.gate) picked.gate = words.gate;
  return picked;
}
