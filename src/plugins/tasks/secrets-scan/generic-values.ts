import { entropy } from '../../../analysis/entropy.ts';
import type { FileFacts } from './file-facts.ts';
import { isPlaceholder } from './placeholder.ts';
import type { Verdict } from './rule.ts';
import { type NameKind, wordsOf } from './secret-names.ts';
import { isShuffledBase64, isShuffledLetters } from './shuffled.ts';

export interface Assignment {
  name: string;
  kind: NameKind;
  value: string;
  quoted: boolean;
  file: FileFacts;
  /** Some lines around; asked for only when it decides. */
  around: () => string;
}

/** Whether a value without a format is a secret, and how sure that is. */
export function judgeValue(assignment: Assignment): Verdict {
  const { value, file } = assignment;
  if (value.length < 4 || value.length > 300) return false;
  // The cheap questions first: a log has such an assignment on each line.
  if (assignment.kind === 'key' && !canBeKey(assignment)) return false;
  if (isPlaceholder(value, 'filler') || NEVER.test(value) || isReference(value)) return false;
  if (/[^\x20-\x7e]/.test(value)) return false;
  const verdict = assignment.kind === 'password' ? judgePassword(assignment) : judgeKey(assignment);
  if (verdict === false) return false;
  return file.test ? { ...verdict, confidence: 'low', severity: 'low' } : verdict;
}

function judgePassword(assignment: Assignment): Verdict {
  const { value, file } = assignment;
  if (/\s/.test(value) && (!assignment.quoted || value.split(/\s+/).length > 2)) return false;
  if (holdsPlainValues(file)) return judgeConfiguredPassword(assignment);
  if (isPlaceholder(value, 'weak') || sameWords(assignment) || looksLikeCode(value)) return false;
  if (/\s/.test(value) || value.length < 6 || entropy(value) < 2.3) return false;
  if (!isMixed(value) && !isShuffledLetters(value)) return false;
  if (file.kind === 'docs' || file.example)
    return isStrong(value) ? { confidence: 'low', severity: 'medium' } : false;
  if (file.test && !isStrong(value)) return false;
  return isStrong(value) ? { confidence: 'medium' } : { confidence: 'low', severity: 'medium' };
}

/** In a configuration file a weak password is a password still; next to a user or host even a plain word is. */
function judgeConfiguredPassword(assignment: Assignment): Verdict {
  const { value, file } = assignment;
  if (/\s/.test(value)) return false;
  if (assignment.name.toLowerCase().endsWith('pwd') && value.includes('/')) return false;
  if (isStrong(value) && !looksLikeCode(value)) return { confidence: 'medium' };
  if (isMixed(value) && !isPlaceholder(value, 'weak') && !isSnakeCase(value))
    return { confidence: 'low', severity: 'medium' };
  if (/^[A-Z][a-z]+$/.test(value) || file.test || file.services || isTranslation(file)) return false;
  return hasNeighbours(assignment) ? { confidence: 'low', severity: 'medium' } : false;
}

/** Long enough for where it stands, with letters and digits, or letters in no order of words. */
function canBeKey({ value, quoted, file }: Assignment): boolean {
  const least = holdsPlainValues(file) ? 10 : quoted ? 16 : 20;
  if (value.length < least || !/[A-Za-z]/.test(value)) return false;
  return /\d/.test(value) || isShuffledLetters(value);
}

function judgeKey({ name, value, file, around }: Assignment): Verdict {
  if (/\s/.test(value) || isPlaceholder(value, 'weak')) return false;
  if (/^(?:auth|token|tokens|credential|credentials)$/i.test(name) && value.length < 16) return false;
  if (looksLikeCode(value) || sameWords({ name, value })) return false;
  if (entropy(value) < (/^[0-9a-f-]+$/i.test(value) ? 2.8 : 3.2)) return false;
  if (isReadableBase64(value) && (file.test || file.kind === 'docs')) return false;
  if (/^[0-9a-f]{32}$/.test(value) && SEARCH_KEY.test(around())) return false;
  if (UUID.test(value)) return holdsPlainValues(file) ? { confidence: 'low', severity: 'medium' } : false;
  if (file.kind === 'docs' || file.example) return { confidence: 'low', severity: 'medium' };
  return value.length >= 20 ? { confidence: 'medium' } : { confidence: 'low', severity: 'medium' };
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
/** Search services give out keys that only search, for pages that everybody reads; such a page names the index beside it. */
const SEARCH_KEY = /\b(?:index_?name|search_?only)\b/i;
/** Types, states and attribute values that stand behind such names in schemas and forms. */
const NEVER =
  /^(?:string|text|number|integer|boolean|object|array|required|optional|password|(?:new|current|one-time)-(?:password|code)|hidden|bearer|basic|digest|oauth2?|apikey|header|query|cookie|always|never|auto|disabled|enabled|default|unset|env|stdin|prompt|interactive|random|generated|plain|plaintext|login|md5|sha\d*|bcrypt|scrypt|argon2\w*|scram-sha-\d+|trust|peer|ident)$/i;

/** Another place holds the value: a path, an address, an expression. */
function isReference(value: string): boolean {
  return (
    /^(?:[a-z][\w+.-]*:)?\/\/|^urn:|^[~^<>=v]{0,2}\d+\.\d+\.\d+|^(?:~|\.{1,2})?\/[\w.-]+|^[A-Za-z]:\\|^\$|^@[a-z]|^#[\w-]*$|\(\)|=>|\$\{|^\w+\(.*\)?$/.test(
      value,
    ) ||
    /\.(?:json|ya?ml|pem|key|crt|cer|txt|env|conf|cfg|ini|js|ts|py|rb|php|go|java|html|css|svg|png)$/i.test(
      value,
    )
  );
}

function holdsPlainValues(file: FileFacts): boolean {
  return (file.kind === 'config' || file.kind === 'shell' || file.settings) && !file.example;
}

/** Letters and something else. */
function isMixed(value: string): boolean {
  return /[A-Za-z]/.test(value) && /[^A-Za-z]/.test(value);
}

/** Eight characters with letters and digits or marks in an order that is no word. */
function isStrong(value: string): boolean {
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((pattern) => pattern.test(value)).length;
  return (
    value.length >= 8 &&
    classes >= 2 &&
    (/\d|[^A-Za-z0-9_\-. ]/.test(value) || isShuffledLetters(value)) &&
    entropy(value) >= 2.75 &&
    !isPlaceholder(value, 'weak')
  );
}

/** Base 64 of a text that people read: credentials of an example, not a random key. */
function isReadableBase64(value: string): boolean {
  return (
    value.length >= 12 &&
    value.length % 4 === 0 &&
    /^[A-Za-z0-9+/]+={0,2}$/.test(value) &&
    /^[\x20-\x7e]+$/.test(Buffer.from(value, 'base64').toString('latin1'))
  );
}

function isSnakeCase(value: string): boolean {
  return /^[a-z]+(?:[_-][a-z]+)+$/i.test(value);
}

/** Words with separators, dotted names, selectors, tags: what code and texts are made of. */
function looksLikeCode(value: string): boolean {
  if (isShuffledLetters(value) || isShuffledBase64(value)) return false;
  return (
    (/^(?:[A-Za-z]{2,}|\d{1,5}|[A-Za-z]{3,}\d{1,3})(?:[-_.:/@ ](?:[A-Za-z]{2,}|\d{1,5}|[A-Za-z]{3,}\d{1,3}))*[-_.:/]?$/.test(
      value,
    ) &&
      !/^[A-Za-z]{3,}\d{1,4}$/.test(value)) ||
    /^[a-z]+(?:[A-Z][a-z]+)+$|^[.#[\]{}()<>|^\\/*+?!=,;:&%-]+|[<>{}]|\\[dws]|^--|::|\.\w+\(/.test(value)
  );
}

/** `secretToken = 'secret_token'`: the value is the name. */
function sameWords({ name, value }: { name: string; value: string }): boolean {
  return wordsOf(name).join('') === wordsOf(value).join('');
}

const NEIGHBOUR =
  /(?:user(?:_?name)?|login|host(?:_?name)?|server|port|database|db_?name|e-?mail|dsn|url|nick|sid)["'`]?\s{0,4}(?:[=:>]|=>|,)|_(?:USER|USERNAME|HOST|PORT|DB|DATABASE|EMAIL|URL|NICK)\b|\b(?:user|host|server|username)=/i;

function hasNeighbours({ around, file }: Assignment): boolean {
  return /^\.env|\.env$|\.(?:ini|cnf)$/.test(file.name) || NEIGHBOUR.test(around());
}

function isTranslation(file: FileFacts): boolean {
  return /(?:^|\/)(?:locales?|i18n|l10n|lang|langs|languages?|translations?|messages|nls)(?:\/|[._-])/i.test(
    file.path,
  );
}
