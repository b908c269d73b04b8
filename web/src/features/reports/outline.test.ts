import { expect, test } from 'vitest';
import { headingsIn } from './outline.ts';

test('headings of the contents, as text, whatever stands in them', () => {
  const page =
    '<header><h2 id="not">Not me</h2></header><main><h2>No anchor</h2>' +
    '<h3 id="rule-a">Keys &amp; <code>&lt;b&gt;</code></h3><p>x</p><h2 id="rule-b"><svg><title>High</title></svg>Second</h2></main>';
  expect(headingsIn(page)).toEqual([
    { id: 'rule-a', level: 3, text: 'Keys & <b>' },
    { id: 'rule-b', level: 2, text: 'Second' },
  ]);
});

test('signs that the report wrote as numbers are read, once and only once', () => {
  const named = (text: string) => headingsIn(`<main><h3 id="a">${text}</h3></main>`)[0]?.text;
  expect(named('&#60;img src=x onerror=alert(1)&#62;')).toBe('<img src=x onerror=alert(1)>');
  expect(named('&#x3C;b&#x3e; &#39;one&apos; &#34;two&#34; &#128273;')).toBe('<b> \'one\' "two" \u{1f511}');
  expect(named('&amp;#60;b&amp;gt;')).toBe('&#60;b&gt;');
  expect(named('&#0; &#9999999; &unknown;')).toBe('&#0; &#9999999; &unknown;');
});
