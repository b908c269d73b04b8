import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'vite';
import { expect, test } from 'vitest';

/**
 * Every regular expression in the program meets texts on which a careless one takes for ever: it must stay fast on all of
 * them, whether a stranger's text reaches it today or only after the next change. Patterns of users never become a RegExp.
 */
const SRC = fileURLToPath(new URL('../../src', import.meta.url));
const LENGTHS = [22, 26, 200, 20_000];
const MAX_MS = 400;
/** What the owner of the machine writes: the command line and the configuration. */
const OWN_TEXT = /^(?:cli|config)\//;
/** Slow on texts that do not come there. One that is not slow any more must leave this list. */
const KNOWN: Record<string, string> = {
  'blobs/s3-request.ts: /\\/+$/': 'gets the address of the store from the configuration',
  'plugins/tasks/secrets-scan/secret-names.ts: /([A-Z]+)([A-Z][a-z])/': 'in the confined child, on one name',
  'engine/run-secrets.ts: /=+$/': 'gets base64 that we made, which ends with two at most',
  'plugins/tasks/secrets-scan/credential-context.ts: /\\\\?["\']?[)\\]};]*$/':
    'in the confined child, on one line',
  'plugins/tasks/secrets-scan/suppression.ts: /[ \\t]*,[ \\t]*/': 'in the confined child, on one comment',
};

const PUMPS = [
  'a',
  'A',
  '0',
  '9',
  ' ',
  '\t',
  '\n',
  '-',
  '.',
  '/',
  '\\',
  '=',
  ':',
  '%',
  '_',
  ',',
  ';',
  '"',
  "'",
  '(',
  '[',
  '{',
  '<',
  '@',
  '#',
  '*',
  '+',
  '&',
  '\u00e9',
  '\u{1f600}',
  'a.',
  'a-',
  'a:',
  '0.',
  'a/',
  '../',
  'a ',
  ' a',
  '0x',
  '%2',
  'a=',
  '="',
  '::',
  'ab',
  'a0',
  '- ',
  '\r\n',
  'xn--',
  'www.',
  '<a ',
  '//',
  'a,',
];
const ENDS = ['', '!', '\0', 'a', '0'];

interface Found {
  file: string;
  pattern: string;
  flags: string;
}

const expressions = sources(SRC)
  .flatMap(expressionsIn)
  .filter(({ file }) => !OWN_TEXT.test(file));

test('there are many of them', () => {
  expect(expressions.length).toBeGreaterThan(200);
});

test('each stays fast on texts that break slow ones', { timeout: 300_000 }, () => {
  const slow: string[] = [];
  const seen = new Set<string>();
  for (const { file, pattern, flags } of expressions) {
    if (seen.has(`${flags}/${pattern}`)) continue;
    seen.add(`${flags}/${pattern}`);
    const worst = slowest(new RegExp(pattern, flags.replace('g', '')), prefixesOf(pattern));
    if (worst) slow.push(`${file}: /${pattern.slice(0, 120)}/${flags} took ${worst}`);
  }
  const known = (text: string) => Object.keys(KNOWN).find((name) => text.startsWith(name));
  expect(slow.filter((text) => !known(text))).toEqual([]);
  // Whether a known one is slow enough to be seen depends on the machine; that it still exists does not.
  const texts = expressions.map(({ file, pattern }) => `${file}: /${pattern}/`);
  expect(Object.keys(KNOWN).filter((name) => !texts.some((text) => text.startsWith(name)))).toEqual([]);
});

test('the control: an expression that is known to be slow is found', () => {
  expect(slowest(/^(a+)+$/, [''])).toBeDefined();
});

/** From short to long, so that an expression that doubles with each character is stopped at a short one. */
function slowest(expression: RegExp, prefixes: readonly string[]): string | undefined {
  for (const length of LENGTHS)
    for (const pump of PUMPS)
      for (const end of ENDS.slice(0, length > 1_000 ? 2 : ENDS.length))
        for (const prefix of length > 1_000 ? prefixes.slice(0, 2) : prefixes) {
          const text = prefix + pump.repeat(length / pump.length) + end;
          // Another process may have had the processor meanwhile: slow is what is slow twice.
          const spent = timeOf(expression, text) > MAX_MS ? timeOf(expression, text) : 0;
          if (spent > MAX_MS)
            return `${Math.round(spent)} ms for ${JSON.stringify(prefix)} + ${JSON.stringify(pump)} × ${Math.floor(length / pump.length)} + ${JSON.stringify(end)}`;
        }
  return undefined;
}

function timeOf(expression: RegExp, text: string): number {
  expression.lastIndex = 0;
  const started = performance.now();
  expression.test(text);
  return performance.now() - started;
}

/** What a text must begin with so that the slow part is reached. */
function prefixesOf(pattern: string): string[] {
  const literal = /^\^?((?:[\w/@:. -]|\\[/.:-])+)/.exec(pattern)?.[1]?.replace(/\\/g, '') ?? '';
  return ['', literal.slice(0, -1), literal].filter((text, index, all) => all.indexOf(text) === index);
}

function expressionsIn(path: string): Found[] {
  const file = relative(SRC, path);
  const { program } = parseSync(file, readFileSync(path, 'utf8'), { lang: 'ts' });
  const found: Found[] = [];
  visit(program);
  return found;

  function visit(node: unknown): void {
    if (typeof node !== 'object' || node === null) return;
    const { regex } = node as { regex?: { pattern: string; flags: string } };
    if (regex) found.push({ file, ...regex });
    for (const child of Object.values(node)) visit(child);
  }
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'fixtures' ? [] : sources(path);
    return /(?<!\.test)\.ts$/.test(entry.name) && !entry.name.endsWith('.d.ts') ? [path] : [];
  });
}
