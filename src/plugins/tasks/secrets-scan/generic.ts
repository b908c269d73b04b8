import type { FileFacts } from './file-facts.ts';
import { judgeValue } from './generic-values.ts';
import type { Candidate } from './matcher.ts';
import { RANK, type SecretRule } from './rule.ts';
import { type NameKind, nameKind } from './secret-names.ts';

const VALUE_REACH = 360;

/** Words that stand in the names of secrets. */
export const GENERIC_KEYWORDS = [
  'pass',
  'pwd',
  'secret',
  'token',
  'apikey',
  'api_key',
  'api-key',
  'api key',
  'accesskey',
  'access_key',
  'access-key',
  'authkey',
  'auth_key',
  'auth-key',
  'privatekey',
  'private_key',
  'private-key',
  'encryptionkey',
  'encryption_key',
  'encryption-key',
  'signingkey',
  'signing_key',
  'signing-key',
  'masterkey',
  'master_key',
  'master-key',
  'sessionkey',
  'session_key',
  'accountkey',
  'account_key',
  'sharedkey',
  'shared_key',
  'servicekey',
  'service_key',
  'appkey',
  'app_key',
  'app-key',
  'cookie_key',
  'cookiekey',
  'license_key',
  'credential',
  'auth',
];

export const GENERIC_PASSWORD: SecretRule = genericRule({
  id: 'generic-password',
  title: 'Password in plain text',
  why: 'A password is assigned in plain text.',
  hit: [
    { file: '.env', text: 'DB_PASSWORD=[[alnum:14]]' },
    { file: 'src/db.js', text: "const dbPassword = '[[alnum:8]]!7q';" },
    { file: 'config.yml', text: 'database:\n  host: db1\n  username: app\n  password: swordfish' },
  ],
  ok: [
    { file: '.env', text: 'DB_PASSWORD=[[env:VAULT_DB_PASSWORD]]' },
    {
      file: 'src/form.js',
      text: "const label = { password: 'Password', confirmPassword: 'Repeat the password' };",
    },
    { file: '.env.example', text: 'DB_PASSWORD=changeme' },
    { file: 'locales/de.json', text: '{ "password": "Passwort" }' },
  ],
});

export const GENERIC_SECRET: SecretRule = genericRule({
  id: 'generic-secret',
  title: 'Key or token in plain text',
  why: 'A value that looks random is assigned to a name of a key, token or secret.',
  hit: [
    { file: 'src/pay.py', text: 'PAYMENT_API_KEY = "[[alnum:32]]"' },
    { file: 'app.yml', text: 'session_secret: [[hex:40]]' },
  ],
  ok: [
    { file: 'src/parse.js', text: "const token = 'identifier-or-keyword';" },
    { file: 'src/pay.py', text: 'PAYMENT_API_KEY = os.environ["PAYMENT_API_KEY"]' },
    { file: 'src/a.ts', text: "const SECRET_NAME = 'projects/one/secrets/two';" },
  ],
});

export interface GenericFinder {
  find(bytes: Buffer, hit: KeywordHit): Judged | undefined;
}

/** An assignment that was looked at. */
export interface Judged {
  candidate: Candidate | undefined;
  /** Where a value without quotes ends: names inside it are part of it, and need not be judged again. */
  until: number;
}

export interface KeywordHit {
  start: number;
  after: number;
  length: number;
  file: FileFacts;
}

/** Secrets without a format: a name that says what it is, an assignment, and a value that can be one. */
export const genericFinder: GenericFinder = {
  find(bytes, { start, after, length, file }) {
    if (file.lock) return undefined;
    const nameEnd = endOfName(bytes, after, length);
    if (!operatorFollows(bytes, nameEnd, length)) return undefined;
    const nameStart = startOfName(bytes, start);
    const tail = bytes.latin1Slice(
      nameEnd,
      endOfLine(bytes, nameEnd, Math.min(length, nameEnd + VALUE_REACH)),
    );
    const before = () => bytes.latin1Slice(Math.max(0, nameStart - 24), nameStart);
    const assigned = assignedValue(tail, file, before);
    if (!assigned) return undefined;
    const name = bytes.latin1Slice(nameStart, nameEnd);
    const kind = kindOf(name);
    if (!kind) return undefined;
    const until = assigned.quoted ? 0 : nameEnd + assigned.end;
    const around = () =>
      bytes.latin1Slice(Math.max(0, nameStart - 600), Math.min(length, nameEnd + assigned.end + 600));
    const verdict = judgeValue({ ...assigned, name, kind, file, around });
    if (!verdict) return { candidate: undefined, until };
    const rule = kind === 'password' ? GENERIC_PASSWORD : GENERIC_SECRET;
    const place = { start: nameEnd + assigned.start, end: nameEnd + assigned.end };
    return { candidate: { rule, ...place, value: assigned.value, verdict }, until };
  },
};

const KINDS_KEPT = 4_096;
const kinds = new Map<string, NameKind | undefined>();

/** The same names stand in a file again and again. */
function kindOf(name: string): NameKind | undefined {
  if (kinds.has(name)) return kinds.get(name);
  if (kinds.size >= KINDS_KEPT) kinds.clear();
  const kind = nameKind(name);
  kinds.set(name, kind);
  return kind;
}

export interface Assigned {
  value: string;
  /** Position of the value in the text behind the name. */
  start: number;
  end: number;
  quoted: boolean;
}

const NAME_REACH = 64;

const isNameByte = byteSet(/[\w\-.$]/);
const isOperatorByte = byteSet(/[=:,>(]/);
const isBetweenByte = byteSet(/[\s"'`\]\\)?]/);

function byteSet(pattern: RegExp): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) =>
    byte < 128 && pattern.test(String.fromCharCode(byte)) ? 1 : 0,
  );
}

function endOfName(bytes: Uint8Array, after: number, length: number): number {
  const limit = Math.min(length, after + NAME_REACH);
  let at = after;
  while (at < limit && isNameByte[bytes[at] as number]) at++;
  return at;
}

function startOfName(bytes: Uint8Array, start: number): number {
  const limit = Math.max(0, start - NAME_REACH);
  let at = start;
  while (at > limit && isNameByte[bytes[at - 1] as number]) at--;
  return at;
}

/** No value goes over the end of its line, and a short text is searched sooner. */
function endOfLine(bytes: Uint8Array, from: number, limit: number): number {
  let at = from;
  while (at < limit && bytes[at] !== 0x0a) at++;
  return at;
}

/** Cheap look at the bytes, because most mentions of these words are no assignment. */
function operatorFollows(bytes: Uint8Array, from: number, length: number): boolean {
  const limit = Math.min(length, from + 12);
  let at = from;
  while (at < limit && isBetweenByte[bytes[at] as number]) at++;
  const byte = bytes[at] as number;
  return at < limit && (isOperatorByte[byte] === 1 || byte === 0x76 || byte === 0x7c);
}

const QUOTED =
  /^\\?["'`]?\]?\??[ \t]{0,16}(?:(?::[ \t]*[A-Za-z][\w<>[\]|?. ]{0,40})?[ \t]*(?:=>|:=|\|\|=|\?\?=|=(?!=))|:(?!:)|\([ \t]*|>[ \t]*|[ \t]+value[ \t]*=)[ \t]*(?:\([ \t]*)?(?:[bBrRuUfFLN@$]{0,2})(\\?["'`])/;
const CALL = /^\\?["'`][ \t]{0,8}(?:,|=>)[ \t]{0,8}(\\?["'`])/;
const PLAIN = /^\\?["'`]?[ \t]{0,16}(?:=>|:=|=(?!=)|:(?![:/\\])|>)[ \t]{0,16}(?=[^\s"'`])/;

function assignedValue(tail: string, file: FileFacts, before: () => string): Assigned | undefined {
  const quoted = QUOTED.exec(tail);
  if (quoted && !(quoted[0].includes('>') && !quoted[0].includes('=>'))) {
    return quotedValue(tail, quoted[0].length, quoted[1] as string);
  }
  const call = CALL.exec(tail);
  if (call && /[([][ \t]*\\?["'`]$/.test(before()))
    return quotedValue(tail, call[0].length, call[1] as string);
  const plain = PLAIN.exec(tail);
  if (!plain) return undefined;
  if (plain[0].endsWith('>'))
    return /<[\w:]*$/.test(before()) ? elementText(tail, plain[0].length) : undefined;
  // In code, a value without quotes is an expression; a query such as `?token=…&` in an address is the exception.
  if (file.kind === 'code' && !/[\w/}%]\?$|&$/.test(before())) return undefined;
  return plainValue(tail, plain[0].length);
}

function quotedValue(tail: string, start: number, quote: string): Assigned | undefined {
  let end = start;
  for (; end < tail.length; end++) {
    if (tail.startsWith(quote, end)) return { value: tail.slice(start, end), start, end, quoted: true };
    if (tail[end] === '\\') end++;
  }
  return undefined;
}

function plainValue(tail: string, start: number): Assigned | undefined {
  const value =
    /^[^\s"'`#&|<>(){}[\],;]+[^\s"'`&|<>(){}[\],;]*/.exec(tail.slice(start, start + 220))?.[0] ?? '';
  if (value === '') return undefined;
  const end = start + value.length;
  const rest = tail.slice(end);
  if (!/^[\t\r ]*(?:$|[#;,&}\])"'`]|\/\/|--|\\$|[\w.-]+[\t ]*=)/.test(rest)) return undefined;
  return { value, start, end, quoted: false };
}

function elementText(tail: string, start: number): Assigned | undefined {
  const close = tail.indexOf('</', start);
  if (close < 0) return undefined;
  const value = tail.slice(start, close).trim();
  if (value === '' || /[<>]/.test(value)) return undefined;
  const at = tail.indexOf(value, start);
  return { value, start: at, end: at + value.length, quoted: false };
}

interface GenericWords {
  id: string;
  title: string;
  why: string;
  hit: SecretRule['examples']['hit'];
  ok: SecretRule['examples']['ok'];
}

function genericRule(words: GenericWords): SecretRule {
  return {
    id: words.id,
    text: {
      title: words.title,
      severity: 'high',
      cwe: words.id === 'generic-password' ? [259, 798] : [321, 798],
      why: `${words.why} Whoever can read this place can use it, and copies stay in clones, backups and caches.`,
      fix: 'Change it where it is used, load it from a secret store or the environment, and remove this copy; deleting the line alone leaves it in the history.',
      revision: 1,
    },
    keywords: GENERIC_KEYWORDS,
    pattern: /(?!)/,
    scope: 'inside',
    reach: VALUE_REACH,
    strong: false,
    placeholders: 'weak',
    confidence: 'medium',
    rank: RANK.generic,
    examples: { hit: words.hit, ok: words.ok },
  };
}
