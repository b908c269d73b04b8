import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compile } from '../../../lib/cel/expression.ts';
import { celLanguage } from '../../../lib/cel/language.ts';
import type { Names } from '../references.ts';
import { primary } from './cel.ts';
import { conditionToCel, valueToCel } from './to-cel.ts';
import { Untranslatable } from './untranslatable.ts';

const names: Names = {
  steps: new Map([
    ['scan', 'scan'],
    ['Scan Target', 'scan_target'],
    ['a-b', 'a-b'],
  ]),
  variables: new Map([
    ['limit', primary('inputs.limit', 'int')],
    ['flag', primary('inputs.flag', 'bool')],
    ['word', primary('inputs.word', 'string')],
  ]),
  results: new Map([['a-b', { score: 'vectors[0].score', severity: 'vectors[0].rating' }]]),
  self: null,
};

test.each([
  ['scan.count > 3', 'steps.scan.output.count > 3'],
  ["results['scan']['findings']", 'size(steps.scan.findings) > 0'],
  ['steps.scan.success', "steps.scan.status == 'done'"],
  ['scan.results.vulnerabilities', 'size(steps.scan.findings) > 0'],
  ["scan.status == 'completed'", "steps.scan.status == 'done'"],
  ["'failure' != scan.status", "'failed' != steps.scan.status"],
  ["scan.status in ['success', 'partial']", "steps.scan.status in ['done', 'partial']"],
  ["results['Scan Target'].failed", "steps.scan_target.status == 'failed'"],
  ["step_results['a-b'].error is None", "steps['a-b'].error == null"],
  [
    "results['a-b'].score >= 7.0 and results['a-b']['severity'] in ('HIGH', 'Critical')",
    "steps['a-b'].output.vectors[0].score >= 7.0 && steps['a-b'].output.vectors[0].rating in ['high', 'critical']",
  ],
  ["'HIGH' == scan.findings[0]['severity']", "'high' == steps.scan.findings[0].severity"],
  ['1 < scan.count <= limit', '1 < steps.scan.output.count && steps.scan.output.count <= inputs.limit'],
  ['not flag and word', "!inputs.flag && inputs.word != ''"],
  ['flag or (flag and not flag)', 'inputs.flag || inputs.flag && !inputs.flag'],
  ['(flag or flag) and flag', '(inputs.flag || inputs.flag) && inputs.flag'],
  ["'x' not in scan.names", "!('x' in steps.scan.output.names)"],
  ["scan.get('count', 0) > 2", '(has(steps.scan.output.count) ? steps.scan.output.count : 0) > 2'],
  ["scan.names[-1] == 'it\\'s'", "steps.scan.output.names[size(steps.scan.output.names) - 1] == 'it\\'s'"],
  [
    "'${scan.status}' == 'success' and ${scan.count} > 1",
    "steps.scan.status == 'done' && steps.scan.output.count > 1",
  ],
  ['{{ scan.count }} > 1', 'steps.scan.output.count > 1'],
  ["'{{word}}' == 'x'", "inputs.word == 'x'"],
  ["word.startswith('ab')", "inputs.word.startsWith('ab')"],
  ['variables.limit >= 7.0', 'inputs.limit >= 7.0'],
  ['True if flag else scan.ok_', '(inputs.flag ? dyn(true) : steps.scan.output.ok_)'],
])('%s', (source, cel) => {
  const translated = source.includes(' if ')
    ? `(${valueToCel(source, names).text})`
    : conditionToCel(source, names);
  expect(translated.replace('dyn(true)', 'true')).toBe(cel.replace('dyn(true)', 'true'));
  expect(celLanguage().check(translated)).toMatchObject({ valid: true });
});

test.each([
  ['lambda: 1', 'lambda'],
  ['[f for f in scan.findings]', 'comprehension'],
  ["open('/etc/passwd')", 'open'],
  ["__import__('os').system('id')", 'system'],
  ['scan.__class__', 'Python itself'],
  ['scan.count // 2', '//'],
  ['scan.count % 2 == 0', '%'],
  ['2 ** 8', '**'],
  ['scan.count & 1', 'bits'],
  ['f"{scan.count}"', 'f-strings'],
  ["b'x' == scan.raw", 'bytes'],
  ['scan.count = 3', 'assigns'],
  ['(x := 3) > 2', 'assigns'],
  ['scan.count && flag', '`and`'],
  ['!flag', '`not`'],
  ['scan.names[1:2]', 'part of a list'],
  ['scan is word', 'write =='],
  ["'a' < 1", 'fails in Python'],
  ['flag == 1', 'truth value'],
  ['word + 1', 'is not translated'],
  ['flag flag', 'not expected'],
  ['(flag', 'not closed'],
  ["'open", 'not closed'],
  ['', 'empty'],
  ['results', 'name the step'],
  ['nowhere > 1', "'nowhere'"],
  ['scam.count > 1', "'scan' meant"],
  ["scan.status == 'banana'", 'banana'],
  [`${'('.repeat(200)}flag${')'.repeat(200)}`, 'nested deeper'],
  [`${'not '.repeat(200)}flag`, 'nested deeper'],
  ['x'.repeat(5_000), 'longer than'],
  [Array.from({ length: 30 }, () => 'scan').join(".get('a', scan.get('b', "), ''],
])('%s is refused: %s', (source, reason) => {
  expect(() => conditionToCel(source, names)).toThrow(Untranslatable);
  expect(() => conditionToCel(source, names)).toThrow(reason);
});

test('texts come out as they went in, whatever they hold', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      fc.pre(!/\$\{|\{\{/.test(text) && text.isWellFormed() && !text.includes('\0'));
      const python = `'${text.replace(/[\\']/g, (found) => `\\${found}`)}'`;
      fc.pre(python.length < 4_000);
      const cel = valueToCel(python, names).text;
      expect(cel).not.toContain('}}');
      expect(compile(cel).evaluate({})).toBe(text);
    }),
  );
});

// A random expression is its Python text together with what Python makes of it: nothing of the translator is used for that.
type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
interface Output extends Record<string, Value> {
  l: Value[];
  d: Record<string, Value>;
  s: string;
}
interface Scope {
  out: Output;
  inputs: { limit: number; flag: boolean; word: string };
}
interface Py<T extends Value = Value> {
  py: string;
  run(scope: Scope): T;
}

function truthy(value: Value): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}
const same = (one: Value, two: Value) => isDeepStrictEqual(one === 0 ? 0 : one, two === 0 ? 0 : two);
const pyText = (text: string) => `'${text.replace(/[\\']/g, (found) => `\\${found}`).replace('\n', '\\n')}'`;
const quoted = (text: string): Py<string> => ({ py: pyText(text), run: () => text });
const fixed = <T extends Value>(py: string, run: (scope: Scope) => T): Py<T> => ({ py, run });

const NUMBERS = fc.constantFrom(0, 1, 2, 3, -1, 7, 2.5, -0.5);
const TEXTS = fc.constantFrom('', 'a', 'ab', 'high', "it's", 'ü\n');
const OUTPUT: fc.Arbitrary<Output> = fc.record({
  n: NUMBERS,
  m: NUMBERS,
  i: fc.integer({ min: -3, max: 9 }),
  s: TEXTS,
  t: TEXTS,
  b: fc.boolean(),
  l: fc.array(fc.oneof(NUMBERS, TEXTS), { maxLength: 3 }),
  d: fc.dictionary(fc.constantFrom('k', 'ab', 'in'), NUMBERS, { maxKeys: 3, noNullPrototype: true }),
  x: fc.constant(null),
});

const NUMBER_NAMES = [
  fixed('scan.n', ({ out }) => out.n as number),
  fixed('scan.results.m', ({ out }) => out.m as number),
  fixed("results['scan'].i", ({ out }) => out.i as number),
  fixed('limit', ({ inputs }) => inputs.limit),
  fixed('len(scan.l)', ({ out }) => out.l.length),
  fixed('len(scan.s)', ({ out }) => [...out.s].length),
  fixed("scan.d.get('k', 5)", ({ out }) => (out.d.k ?? 5) as number),
  fixed("scan.get('gone', 4)", () => 4),
];
const TEXT_NAMES = [
  fixed('scan.s', ({ out }) => out.s),
  fixed("steps.scan.results['t']", ({ out }) => out.t as string),
  fixed('word', ({ inputs }) => inputs.word),
];
const VALUE_NAMES: Py[] = [
  fixed('scan.b', ({ out }) => out.b as boolean),
  fixed('scan.l', ({ out }) => out.l),
  fixed('scan.d', ({ out }) => out.d),
  fixed('scan.x', () => null),
  fixed("scan.get('gone')", () => null),
  fixed('None', () => null),
  fixed('[]', () => []),
  fixed('{}', () => ({})),
  fixed('()', () => []),
  fixed('False', () => false),
  fixed('flag', ({ inputs }) => inputs.flag),
];

const ORDER: Record<string, (one: number | string, two: number | string) => boolean> = {
  '<': (one, two) => one < two,
  '<=': (one, two) => one <= two,
  '>': (one, two) => one > two,
  '>=': (one, two) => one >= two,
  '==': (one, two) => same(one, two),
  '!=': (one, two) => !same(one, two),
};
const SUMS: Record<string, (one: number, two: number) => number> = {
  '+': (one, two) => one + two,
  '-': (one, two) => one - two,
  '*': (one, two) => one * two,
};
const anOrder = fc.constantFrom(...Object.keys(ORDER));
const order = (op: string) => ORDER[op] ?? (() => false);

interface Rules {
  number: Py<number>;
  text: Py<string>;
  value: Py;
  condition: Py;
}
const { condition } = fc.letrec((tie: fc.LetrecTypedTie<Rules>) => {
  const aNumber: fc.Arbitrary<Py<number>> = tie('number');
  const aText: fc.Arbitrary<Py<string>> = tie('text');
  const aValue: fc.Arbitrary<Py> = tie('value');
  const aCondition: fc.Arbitrary<Py> = tie('condition');
  const number: fc.Arbitrary<Py<number>> = fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom(...NUMBER_NAMES),
    NUMBERS.map((number) => fixed(String(number), () => number)),
    fc
      .tuple(aNumber, fc.constantFrom(...Object.keys(SUMS)), aNumber)
      .map(([a, op, b]) =>
        fixed(`(${a.py} ${op} ${b.py})`, (s) => (SUMS[op] ?? (() => 0))(a.run(s), b.run(s))),
      ),
    aNumber.map((a) => fixed(`-(${a.py})`, (s) => -a.run(s))),
  );
  const text: fc.Arbitrary<Py<string>> = fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom(...TEXT_NAMES),
    TEXTS.map(quoted),
    fc.tuple(aText, aText).map(([a, b]) => fixed(`(${a.py} + ${b.py})`, (s) => a.run(s) + b.run(s))),
  );
  const value: fc.Arbitrary<Py> = fc.oneof<fc.Arbitrary<Py>[]>(
    aNumber,
    aText,
    fc.constantFrom(...VALUE_NAMES),
  );
  const condition: fc.Arbitrary<Py> = fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    aValue,
    fc
      .tuple(aNumber, anOrder, aNumber, anOrder, aNumber)
      .map(([a, one, b, two, c]) =>
        fixed(
          `${a.py} ${one} ${b.py} ${two} ${c.py}`,
          (s) => order(one)(a.run(s), b.run(s)) && order(two)(b.run(s), c.run(s)),
        ),
      ),
    fc
      .oneof(fc.tuple(aText, anOrder, aText), fc.tuple(aNumber, anOrder, aNumber))
      .map(([a, op, b]) => fixed(`${a.py} ${op} ${b.py}`, (s) => order(op)(a.run(s), b.run(s)))),
    fc.tuple(aText, aText).map(([a, b]) => fixed(`${a.py} in ${b.py}`, (s) => b.run(s).includes(a.run(s)))),
    fc
      .tuple(aText, aText)
      .map(([a, b]) => fixed(`${a.py} not in ${b.py}`, (s) => !b.run(s).includes(a.run(s)))),
    fc
      .oneof(aText, aNumber)
      .map((a: Py) => fixed(`${a.py} in scan.l`, (s) => s.out.l.some((one) => same(one, a.run(s))))),
    aText.map((a) => fixed(`${a.py} not in scan.d`, (s) => !Object.hasOwn(s.out.d, a.run(s)))),
    fc
      .tuple(aNumber, aText, aNumber)
      .map(([a, b, c]) => fixed(`${a.py} in [${b.py}, 1, ${c.py}]`, (s) => [1, c.run(s)].includes(a.run(s)))),
    aValue.map((a) => fixed(`${a.py} is not None`, (s) => a.run(s) !== null)),
    aValue.map((a) => fixed(`${a.py} == None`, (s) => a.run(s) === null)),
    fc.tuple(aNumber, aText).map(([a, b]) => fixed(`${a.py} != ${b.py}`, () => true)),
    fc
      .tuple(aText, aText)
      .map(([a, b]) => fixed(`${a.py}.startswith(${b.py})`, (s) => a.run(s).startsWith(b.run(s)))),
    fc
      .tuple(aNumber, aText, aText)
      .map(([a, b, c]) =>
        fixed(`(${a.py} or ${b.py}) == ${c.py}`, (s) => same(a.run(s) || b.run(s), c.run(s))),
      ),
    fc
      .tuple(aValue, aCondition)
      .map(([a, b]) => fixed(`(${a.py} and (${b.py}))`, (s) => (truthy(a.run(s)) ? b.run(s) : a.run(s)))),
    // Without brackets: `not` binds tighter than `and`, and that tighter than `or`.
    fc
      .tuple(aValue, aValue, aValue)
      .map(([a, b, c]) =>
        fixed(
          `not ${a.py} and ${b.py} or ${c.py}`,
          (s) => (!truthy(a.run(s)) && truthy(b.run(s))) || truthy(c.run(s)),
        ),
      ),
    fc
      .tuple(aCondition, aCondition)
      .map(([a, b]) => fixed(`((${a.py}) or (${b.py}))`, (s) => truthy(a.run(s)) || truthy(b.run(s)))),
    fc
      .tuple(aCondition, aValue, aCondition)
      .map(([c, a, b]) =>
        fixed(`(${a.py} if (${c.py}) else (${b.py}))`, (s) => (truthy(c.run(s)) ? a : b).run(s)),
      ),
    aCondition.map((a) => fixed(`not (${a.py})`, (s) => !truthy(a.run(s)))),
  );
  return { number, text, value, condition };
});
const INPUTS = fc.record({ limit: fc.integer({ min: 0, max: 5 }), flag: fc.boolean(), word: TEXTS });

test('a condition is true in CEL when it is true in Python', () => {
  let compared = 0;
  fc.assert(
    fc.property(condition, OUTPUT, INPUTS, (python, out, inputs) => {
      let cel: string;
      try {
        cel = conditionToCel(python.py, names);
      } catch (error) {
        // What is nested deeper than CEL allows is refused.
        if (error instanceof Untranslatable) return;
        throw error;
      }
      compared += 1;
      const steps = { scan: { status: 'done', output: out, findings: [], error: null } };
      const truth = compile(cel).evaluate({ steps, inputs });
      expect({ python: python.py, cel, truth }).toEqual({
        python: python.py,
        cel,
        truth: truthy(python.run({ out, inputs })),
      });
    }),
    { numRuns: 500 },
  );
  expect(compared).toBeGreaterThan(400);
});

test('anything at all is translated or refused, never worse', () => {
  const words = fc.constantFrom(
    ...[
      'scan',
      'flag',
      '.',
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      "'",
      '"',
      '${',
      '{{',
      '}}',
      ' and ',
      ' or ',
      ' not ',
    ],
    ...[
      ' in ',
      ' is ',
      ' if ',
      ' else ',
      '==',
      '<',
      '-',
      '1',
      '.5',
      '\\',
      '\n',
      'get',
      'len',
      ',',
      ':',
      'f"',
      '#',
    ],
  );
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(words, { maxLength: 30 }).map((all) => all.join('')),
  );
  fc.assert(
    fc.property(anything, (source) => {
      try {
        const cel = conditionToCel(source, names);
        expect(compile(cel).text).toBe(cel);
      } catch (error) {
        expect(error).toBeInstanceOf(Untranslatable);
      }
    }),
    { numRuns: 500 },
  );
});
