import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { passwordStrength } from './password-strength.ts';

const argon = promisify(argon2);
/**
 * OWASP's first choice for argon2id: 46 MiB, one pass, one lane. Less than 32 MiB at a time stays with the process (glibc raises
 * its mmap threshold up to there): after twenty sign-ins with 19 MiB it held 135 MB more, with 46 MiB nothing.
 */
const COST = { memory: 47_104, passes: 1, parallelism: 1, tagLength: 32 };
/** So many at once: a crowd of guesses takes neither the memory nor the threads that files are read with. */
const MOST_AT_ONCE = 2;
let running = 0;
const waiting: (() => void)[] = [];

async function derive(...parts: Parameters<typeof argon>): Promise<Buffer> {
  if (running >= MOST_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    return await argon(...parts);
  } finally {
    // Whoever waits takes over the place of this one.
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const tag = await derive('argon2id', { ...COST, message: password.normalize('NFKC'), nonce });
  return `argon2id$${COST.memory}$${COST.passes}$${COST.parallelism}$${nonce.toString('base64')}$${tag.toString('base64')}`;
}

export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [name, memory, passes, parallelism, nonce, tag] = stored.split('$');
  if (name !== 'argon2id' || nonce === undefined || tag === undefined) return false;
  const expected = Buffer.from(tag, 'base64');
  const actual = await derive('argon2id', {
    message: password.normalize('NFKC'),
    nonce: Buffer.from(nonce, 'base64'),
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagLength: expected.length,
  });
  return timingSafeEqual(expected, actual);
}

const LEAST = 12;
const MOST = 256;
/** 10⁹ guesses: years at the pace that the lock-out leaves, and a week for a stolen hash at 1,500 argon2id guesses a second. */
const LEAST_GUESSES = 9;
/** A strong beginning makes the whole strong; the estimate of 256 characters would take seconds. */
const LOOKED_AT = 64;
const PRODUCT = ['sentinelx', 'sentinel'];

/** What `@zxcvbn-ts/core` warns of, as the rest of `password: …`. */
const WARNINGS: Record<string, string> = {
  common: 'is one of the passwords that attackers try first',
  topTen: 'is one of the passwords that attackers try first',
  topHundred: 'is one of the passwords that attackers try first',
  similarToCommon: 'is too much like passwords that attackers try first',
  straightRow: 'is a row of keys, which is guessed quickly',
  keyPattern: 'is a pattern of keys, which is guessed quickly',
  simpleRepeat: 'repeats one character, which is guessed quickly',
  extendedRepeat: 'repeats itself, which is guessed quickly',
  sequences: 'is a sequence such as abc or 123, which is guessed quickly',
  recentYears: 'is built on a year, which is guessed quickly',
  dates: 'is built on a date, which is guessed quickly',
  userInputs: 'is built on your name, the login or the name of this product',
};
const WEAK = 'is guessed too quickly: three or four unrelated words are strong and easy to remember';

/**
 * What is wrong with a new password, or undefined: the rest of a sentence that begins with 'The password'. `words` are what
 * somebody who knows the account would try: the login first, name, address. Checked without the network, against 49,000 known
 * passwords and the patterns that people use.
 */
export async function passwordProblem(
  password: string,
  words: readonly string[],
): Promise<string | undefined> {
  const text = password.normalize('NFKC');
  const length = [...text].length;
  if (length < LEAST) return `needs at least ${LEAST} characters`;
  if (length > MOST) return `may have at most ${MOST} characters`;
  if (new Set(text).size < 5) return 'needs at least five different characters';
  const [login = ''] = words;
  if (login.length >= 3 && text.toLowerCase().includes(login.toLowerCase()))
    return 'must not contain the login';
  const { guessesLog10, warning } = await passwordStrength([...text].slice(0, LOOKED_AT).join(''), [
    ...PRODUCT,
    ...words.flatMap(partsOf),
  ]);
  if (guessesLog10 >= LEAST_GUESSES) return undefined;
  return (warning === null ? undefined : WARNINGS[warning]) ?? WEAK;
}

function partsOf(word: string): string[] {
  return [word, ...word.split(/[^\p{L}\p{N}]+/u)].filter((part) => part.length >= 3);
}
