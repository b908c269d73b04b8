import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TokenKind } from './code-token.ts';
import { grammarOf } from './grammar-of.ts';
import { highlight } from './highlight.ts';

async function kinds(path: string, code: string): Promise<Record<string, TokenKind>> {
  const marked = await highlight([{ grammar: grammarOf(path), lines: code.split('\n') }]);
  return Object.fromEntries(
    (marked?.[0] ?? []).flat().map(({ text, kind }) => [text.trim(), kind] as [string, TokenKind]),
  );
}

test('what a reader wants to see is marked, in many languages', async () => {
  expect(await kinds('src/a.ts', 'const n = 12; // why\nrun("x")')).toMatchObject({
    const: 'keyword',
    '12': 'number',
    '// why': 'comment',
    run: 'function',
    '"x"': 'string',
  });
  expect(await kinds('b.py', 'def f(a):\n    return a == "x"')).toMatchObject({
    def: 'keyword',
    f: 'function',
    return: 'keyword',
    '"x"': 'string',
  });
  expect(await kinds('F.java', 'public String name() { return null; }')).toMatchObject({
    public: 'keyword',
    String: 'type',
    name: 'function',
    null: 'number',
  });
  expect(await kinds('values.yml', 'key: value # why')).toMatchObject({ key: 'name', '# why': 'comment' });
  expect(await kinds('deploy/Dockerfile.release', 'FROM node\nUSER root')).toMatchObject({ USER: 'keyword' });
});

test('an excerpt of PHP is code although its beginning is not there', async () => {
  expect(await kinds('a.php', '$q = "a"; return $q; // why')).toMatchObject({
    '"a"': 'string',
    return: 'keyword',
    '// why': 'comment',
  });
});

test('every grammar of the table can be loaded, and gives back the text that came', async () => {
  const { GRAMMARS } = await import('./grammars.ts');
  const lines = ['a = "b" # c', '', '\tif (x) { return 1; } // d', '<?= é 😀 \u202e ?>'];
  for (const grammar of Object.keys(GRAMMARS)) {
    const marked = await highlight([{ grammar, lines }]);
    expect(
      marked?.[0]?.map((line) => line.map(({ text }) => text).join('')),
      grammar,
    ).toEqual(lines);
  }
}, 60_000);

test('whatever the code is, its pieces together are the code', async () => {
  const line = fc.string({ unit: 'binary', maxLength: 200 }).filter((text) => !/[\r\n]/.test(text));
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 20 }), async (lines) => {
      const marked = await highlight([{ grammar: 'typescript', lines }]);
      expect(marked?.[0]?.map((pieces) => pieces.map(({ text }) => text).join(''))).toEqual(lines);
    }),
    { numRuns: 60 },
  );
}, 60_000);

test('a hostile line of a megabyte costs nothing, and one that takes for ever ends and keeps nobody waiting', async () => {
  let most = 0;
  let last = performance.now();
  const watch = setInterval(() => {
    most = Math.max(most, performance.now() - last);
    last = performance.now();
  }, 5);
  const started = performance.now();
  const long = 'x('.repeat(500_000);
  const marked = await highlight([{ grammar: 'typescript', lines: [long] }]);
  expect(marked?.[0]).toEqual([[{ text: long, kind: 'text' }]]);
  // Below the limit of characters, and the worst that a line may be.
  const nested = Array.from({ length: 200 }, () => '((((([[[[<a<b<c<'.repeat(62));
  const answer = await highlight([{ grammar: 'typescript', lines: nested }]);
  expect(answer?.[0]?.length ?? nested.length).toBe(nested.length);
  expect(performance.now() - started).toBeLessThan(8_000);
  clearInterval(watch);
  // The event loop goes on meanwhile; the bound is wide because the machine may be busy.
  expect(most).toBeLessThan(500);
  expect((await kinds('a.ts', 'const a = 1')).const).toBe('keyword');
}, 30_000);

test('code in no known language is not marked', async () => {
  expect(await highlight([{ grammar: null, lines: ['a'] }])).toBeNull();
});

test.each([
  ['src/app.ts', 'typescript'],
  ['a/Dockerfile', 'docker'],
  ['.env.local', 'properties'],
  ['etc/nginx.conf', 'nginx'],
  ['c', null],
  ['README', null],
  ['a.unknown', null],
  ['Makefile', 'make'],
])('the file %s is in the language %s', (path, grammar) => {
  expect(grammarOf(path)).toBe(grammar);
});
