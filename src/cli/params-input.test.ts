import { expect, test } from 'vitest';
import { readParams } from './params-input.ts';

test('YAML, JSON and name=value, the later one wins', () => {
  const params = ['{path: ., depth: 3}', '{"depth": 4}', 'name=a b', 'list=[x, y]', 'flag=true'];
  expect(readParams({ params })).toEqual({
    path: '.',
    depth: 4,
    name: 'a b',
    list: ['x', 'y'],
    flag: true,
  });
});

test('name=value takes text as it is', () => {
  expect(readParams({ params: ['url=https://example.org/?a=b', 'note=a: b', 'empty=', 'odd={x'] })).toEqual({
    url: 'https://example.org/?a=b',
    note: 'a: b',
    empty: '',
    odd: '{x',
  });
  expect(readParams({ params: ['vector=CVSS:3.1/AV:N'] })).toEqual({ vector: 'CVSS:3.1/AV:N' });
});

test('a dotted name reaches inside and cannot reach the prototype', () => {
  expect(readParams({ params: ['a.b=1', 'a.c=2'] })).toEqual({ a: { b: 1, c: 2 } });
  readParams({ params: ['__proto__.polluted=1', 'constructor.prototype.polluted=1'] });
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test('what is neither is refused with an example', () => {
  expect(() => readParams({ params: ['just words'] })).toThrow(/path=\./);
  expect(() => readParams({ params: ['[a, b]'] })).toThrow(/names and values/);
  expect(() => readParams({ params: ['{a: '] })).toThrow(/YAML or JSON/);
});
