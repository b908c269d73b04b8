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
