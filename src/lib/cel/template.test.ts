import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SentinelError } from '../errors.ts';
import { bareExpression, escapeTemplate, fill, fillSecrets, references, secretNames } from './template.ts';

const scope = {
  inputs: { path: '/srv', count: 3, list: [1, 2] },
  steps: { a: { findings: [{ severity: 'high' }] } },
};

it.each([
  ['${{ inputs.count }}', 3],
  ['  ${{ inputs.list }}\n', [1, 2]],
  ['${{inputs.path}}/x', '/srv/x'],
  ['${{ inputs.path }}:${{ inputs.count }}', '/srv:3'],
  ['${{ inputs.list }} and ${{ null }}!', '[1,2] and !'],
  ["${{ {'a': {'b': 1}} }}", { a: { b: 1 } }],
  ["${{ 'a}}b' }}", 'a}}b'],
  ['${{ "a\\"}}b" }}', 'a"}}b'],
  ["${{ r'\\d' }}x", '\\dx'],
  ["${{ '${{' }} x }}", '${{ x }}'],
  ['$ {{ x }} $${ y } {{ z }}', '$ {{ x }} $${ y } {{ z }}'],
  ["${{ steps.a.findings.filter(f, f.severity == 'high').size() }}", 1],
])('fills %s', (text, expected) => {
  expect(fill(text, scope)).toEqual({ value: expected, secrets: [] });
});

it('fills every text of a value and leaves the rest', () => {
  expect(fill({ a: ['${{ inputs.count }}', 1, null], b: { c: 'x${{ 1 }}' } }, scope).value).toEqual({
    a: [3, 1, null],
    b: { c: 'x1' },
  });
});

it('says where an expression is wrong', () => {
  expect(() => fill({ a: [{ b: '${{ inputs.nothing }}' }] }, scope)).toThrow(
    expect.objectContaining({
      code: 'invalid-expression',
      message: expect.stringContaining("a.0.b: 'inputs.nothing' cannot be evaluated") as string,
      fields: [expect.objectContaining({ field: 'a.0.b' })],
    }),
  );
  expect(() => fill('${{ x', scope)).toThrow("has a '${{' without '}}'");
});

it('leaves secrets for the point of use', () => {
  const filled = fill(
    {
      header: 'Bearer ${{ secrets.TOKEN }} for ${{ inputs.path }}',
      whole: '${{ secrets["my-key"] }}',
      plain: 'x',
    },
    scope,
  );
  expect(filled.value).toEqual({ header: '', whole: '', plain: 'x' });
  expect(filled.secrets.map((one) => one.path)).toEqual([['header'], ['whole']]);
  const [header, whole] = filled.secrets.map((one) => one.template);
  expect(secretNames(header ?? '')).toEqual(['TOKEN']);
  expect(fillSecrets(header ?? '', { TOKEN: 't${{ x }}' })).toBe('Bearer t${{ x }} for /srv');
  expect(fillSecrets(whole ?? '', { 'my-key': 'k' })).toBe('k');
  expect(() => fillSecrets(header ?? '', {})).toThrow(SentinelError);
  expect(() => fillSecrets(header ?? '', Object.create({ TOKEN: 'x' }))).toThrow(SentinelError);
});

it('never lets a value reach for a secret', () => {
  const hostile = { inputs: { path: '${{ secrets.OTHER }}' } };
  expect(fill('${{ inputs.path }}', hostile)).toEqual({ value: '${{ secrets.OTHER }}', secrets: [] });
  const { secrets } = fill('${{ secrets.A }} ${{ inputs.path }}', hostile);
  expect(secretNames(secrets[0]?.template ?? '')).toEqual(['A']);
  expect(fillSecrets(secrets[0]?.template ?? '', { A: 'a', OTHER: 'other' })).toBe('a ${{ secrets.OTHER }}');
  expect(() => fill('${{ secrets.A + "x" }}', scope)).toThrow('does more with a secret than to name it');
  expect(() => fill('${{ [secrets] }}', scope)).toThrow('does more with a secret');
  expect(() => fill('${{ secrets[inputs.path] }}', scope)).toThrow('does more with a secret');
  expect(() => fill('${{ secrets.A }}', scope, { secrets: 'refuse' })).toThrow('none can be used here');
});

it('lists the references with what is wrong in them', () => {
  expect(
    references({ a: '${{ inputs.path }}', b: ['x ${{ steps.a.findings }} ${{ 1 + }}', '${{'] }).map(
      (one) => ({
        path: one.path,
        names: one.expression?.names(),
        whole: one.whole,
        wrong: one.problem !== null,
      }),
    ),
  ).toEqual([
    { path: ['a'], names: [['inputs', 'path']], whole: true, wrong: false },
    { path: ['b', 0], names: [['steps', 'a', 'findings']], whole: false, wrong: false },
    { path: ['b', 0], names: undefined, whole: false, wrong: true },
    { path: ['b', 1], names: undefined, whole: false, wrong: true },
  ]);
});

it('takes the braces off a condition', () => {
  expect(bareExpression(' ${{ a == 1 }} ')).toBe('a == 1');
  expect(bareExpression('a == 1')).toBe('a == 1');
  expect(bareExpression("a == '${{'")).toBe("a == '${{'");
});

it('gives an escaped text back as it was', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('${{', '}}', '$', '{', '}', "'", '"', '\\', 'a', ' ', 'secrets.A'), {
        maxLength: 12,
      }),
      (parts) => {
        const text = parts.join('');
        expect(fill(`x${escapeTemplate(text)}`, {}).value).toBe(`x${text}`);
        const { secrets } = fill('${{ secrets.A }}${{ inputs.t }}', { inputs: { t: text } });
        expect(fillSecrets(secrets[0]?.template ?? '', { A: '!' })).toBe(`!${text}`);
      },
    ),
  );
});
