import { isThrown } from './shuffled.ts';

/**
 * Tells values that stand for a secret from secrets. `template`: only what something else replaces before use (`${TOKEN}`,
 * `<token>`); `filler`: also texts that ask to be replaced (`changeme`, `your-key-here`, `xxxx`); `weak`: also words that nobody
 * would call a secret (`password`, `test123`), for code and documents where such words are examples.
 */
export type PlaceholderLevel = 'none' | 'template' | 'filler' | 'weak';

export function isPlaceholder(value: string, level: PlaceholderLevel): boolean {
  if (level === 'none') return false;
  if (isTemplate(value)) return true;
  if (level === 'template') return false;
  if (isFiller(value)) return true;
  return level === 'weak' && isWeak(value);
}

const TEMPLATE = [
  /^$/,
  /\$\{|\{\{|\}\}|<%|%>|\$\(|\$\{\{|#\{|@@/,
  /^\$[A-Za-z_][\w.]*$/,
  /^%[\w.-]+%$/,
  /^%[sdv]$|^%\([\w]+\)s$|^\{[\w.\s]*\}$|^\{\d*\}$|^:[a-z_]+$|^@[A-Z_]+@$|^__[A-Za-z_]+__$/,
  /^<[^<>]*>?$/,
  /^\[[^[\]]*\]$|^\[\[|\]\]$|\(\?[:<=!]|\[\^/,
  /^(?:process\.env|os\.environ|os\.getenv|System\.getenv|ENV\[|env\(|getenv|secrets?\.|vars?\.|var\.|local\.|data\.|module\.|params\.|config\.|settings\.|this\.|self\.|ref\(|!ref|!sub|!vault|vault:|op:\/\/|arn:|ssm:|sops:|enc\[|ENC\[|kms:|file:|secretref:|valueFrom|keyvault)/i,
  /^(?:null|nil|none|undefined|true|false|yes|no|on|off|empty|n\/a|-+|\.+|\*+|_+|x+|X+|#+|0+)$/i,
  /\*{4,}|•{2,}|\u2026|\.\.\.|[xX]{6,}|#{4,}|_{5,}|%{3,}/,
];

/** What of `TEMPLATE` fits a value of letters and digits only: most values, so most of the work is saved. */
const TEMPLATE_WORD =
  /^(?:null|nil|none|undefined|true|false|yes|no|on|off|empty|x+|0+)$|^(?:getenv|valueFrom|keyvault|secretref)|[xX]{6,}/i;

function isTemplate(value: string): boolean {
  if (/^[A-Za-z0-9]+$/.test(value)) return TEMPLATE_WORD.test(value);
  return TEMPLATE.some((pattern) => pattern.test(value));
}

/** Words of people who leave a blank; found as whole words, and a random text may still hold a short one by chance. */
const FILLER_WORDS =
  /(?:^|[^a-z])(change[\W_]?(?:me|this|it)|replace(?:[\W_]?(?:me|this|with)|d)?|insert|your?|your[a-z]*|enter|put|paste|fill|placeholder|redacted|removed|masked|hidden|todo|fixme|tbd|dummy|fake|bogus|example|sample|goes[\W_]?here|not[\W_]?a[\W_]?real|notreal|invalid|omitted|snip|foo|foobar|lorem|ipsum|secret[\W_]?here)(?=[^a-z]|$)/g;
/** A longer word is none by chance. */
const BY_CHANCE = 5;
const FILLER_TEXT =
  /^(?:my|some|the|a|an|any)[\W_]?(?:super|very|own|top|app)?[\W_]?(?:secret|password|passwd|pass|token|key|api[\W_]?key|access[\W_]?key)(?:[\W_]?(?:key|here|value|token|goes))?[\W_]?\d{0,3}$|yourkey|yourtoken|yoursecret|yourpassword|changeme|change_me|mysecret(?:key|token)|examplekey|sampletoken|fakekey|testtoken|exampletoken|placeholder|deadbeef(?:deadbeef|cafe)|abcdef(?:ghijkl|1234|0123)|0123456789|1234567890|9876543210|qwertyuiop|^12345678|123456:abc-def/;

/** Who leaves a blank says so at its beginning; a long random text may hold such a word by chance. */
const FILLER_REACH = 100;

/** Base 32 of `Hello!` with `deadbeef`, and of `1234567890` (RFC 6238): what every page about one-time codes shows. */
const SHOWN_EVERYWHERE = /^(?:JBSWY3DPEHPK3PXP|(?:GEZDGNBVGY3TQOJQ)+[A-Z2-7]{0,15}=*$)/;

function isFiller(value: string): boolean {
  if (isRepetition(value.toLowerCase()) || SHOWN_EVERYWHERE.test(value)) return true;
  const head = value.length > FILLER_REACH ? value.slice(0, FILLER_REACH) : value;
  const lower = head.toLowerCase();
  if (FILLER_TEXT.test(lower) || asksToBeReplaced(head)) return true;
  if (value.length >= 40 || !/[a-z][A-Z]/.test(value)) return false;
  return asksToBeReplaced(value.replace(/([a-z])([A-Z])/g, '$1 $2'));
}

/** By a long word, or by a short one whose surroundings were not thrown: `your-key` and not `x9Tbd3kQ…`. */
function asksToBeReplaced(text: string): boolean {
  const lower = text.toLowerCase();
  const found = [...lower.matchAll(FILLER_WORDS)].map(([, word = '']) => word);
  if (found.length === 0) return false;
  const length = found.reduce((sum, word) => sum + word.length, 0);
  if (found.some((word) => word.length > BY_CHANCE) || length * 4 > text.length) return true;
  let rest = text;
  // From the last to the first, so that the places stay what they are.
  for (const { index, 0: match, 1: word = '' } of [...lower.matchAll(FILLER_WORDS)].reverse()) {
    const from = index + match.length - word.length;
    rest = rest.slice(0, from) + rest.slice(from + word.length);
  }
  return !isThrown(rest.replace(/[^A-Za-z0-9]/g, ''));
}

/**
 * One or two characters, or one short piece again and again, fill the whole value or its part behind a prefix; or most of it is
 * the alphabet or the row of digits. Loops, not expressions: this runs for every value that is judged.
 */
function isRepetition(value: string): boolean {
  const tail = value.slice(Math.max(value.lastIndexOf('_'), value.lastIndexOf('-')) + 1);
  return isMonotonous(value) || (tail.length < value.length && isMonotonous(tail));
}

function isMonotonous(text: string): boolean {
  const { length } = text;
  if (length < 8) return false;
  if (hasFewLetters(text, 2 + Math.floor(length / 40))) return true;
  for (let period = 1; period <= 5; period++) {
    if (length >= period * 4 && repeatsEvery(text, period)) return true;
  }
  return runs(text);
}

function hasFewLetters(text: string, most: number): boolean {
  const seen = new Set<string>();
  for (const letter of text) if (seen.add(letter).size > most) return false;
  return true;
}

function repeatsEvery(text: string, period: number): boolean {
  for (let at = period; at < text.length; at++) {
    if (text.charCodeAt(at) !== text.charCodeAt(at - period)) return false;
  }
  return true;
}

/** Twelve times the same character, or three fifths in runs such as `abcdef` and `12345`. */
function runs(text: string): boolean {
  let same = 1;
  let rising = 1;
  let inRuns = 0;
  for (let at = 1; at <= text.length; at++) {
    const step = text.charCodeAt(at) - text.charCodeAt(at - 1);
    same = step === 0 ? same + 1 : 1;
    if (same >= 12) return true;
    if (step === 1) rising++;
    else {
      if (rising >= 5) inRuns += rising;
      rising = 1;
    }
  }
  return inRuns * 5 >= text.length * 3;
}

const WEAK_WORDS = new Set(
  'pass passwd password passw0rd passphrase pwd secret secrets token tokens key keys apikey auth login user username admin administrator root guest test testing tests tester demo default local localhost dev development staging prod production postgres mysql mongo mongodb redis rabbitmq minio minioadmin sa oracle elastic kibana grafana welcome letmein qwerty monkey hunter abc foo bar baz qux hello world value string text name data none hash salt private public my the your some super very top strong secure safe new old current wrong right correct incorrect valid invalid good bad access refresh bearer basic client server app api db database session cookie csrf jwt id a an is this not real for only long short random and or to in of with at least characters chars cat keyboard shh shhh shhhh'.split(
    ' ',
  ),
);
/** Two of them without a mark between. */
const WEAK_PAIR = /^(?:test|my|db|user|admin|root|some)(?:pass|passwd|password|secret|token|key)$/;

/** Nothing but words that everybody uses, with a few digits or marks around them. */
function isWeak(value: string): boolean {
  // The longest row of such words that people write is shorter.
  if (value.length > 80) return false;
  const spaced = value.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  let words = 0;
  for (const word of spaced.split(/[^a-z]+/)) {
    if (word === '') continue;
    if (!WEAK_WORDS.has(word) && !WEAK_PAIR.test(word)) return false;
    words++;
  }
  if (words === 0) return value.length < 8 || /^(\d)\1*$|^\d{1,9}$/.test(value);
  return value.replace(/[A-Za-z]/g, '').length <= Math.max(6, words + 3);
}
