import { expect, test } from 'vitest';
import { type Slots, slotsFor } from './row-slots.ts';

const rows = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => ({ key: `row-${from + at}`, index: from + at }));
const slotOf = (slots: Slots, key: string) => slots.get(key)?.slot;

test('rows that stay keep their elements, and new ones take those of rows that have gone', () => {
  const before = slotsFor(new Map(), rows(0, 10));
  expect([...before.values()].map(({ slot }) => slot)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const after = slotsFor(before, rows(4, 14));
  for (let index = 4; index < 10; index++) expect(slotOf(after, `row-${index}`)).toBe(index);
  expect([10, 11, 12, 13].map((index) => slotOf(after, `row-${index}`))).toEqual([0, 1, 2, 3]);
});

test('rows that move within the list keep their elements', () => {
  const before = slotsFor(new Map(), rows(0, 3));
  const after = slotsFor(before, [
    { key: 'new', index: 0 },
    ...rows(0, 3).map((row) => ({ ...row, index: row.index + 1 })),
  ]);
  expect(after.get('row-0')).toEqual({ slot: 0, index: 1 });
  expect(after.get('new')).toEqual({ slot: 3, index: 0 });
});

test('the element with the focus becomes no other row', () => {
  const before = slotsFor(new Map(), rows(0, 3));
  const after = slotsFor(before, rows(3, 6), 1);
  expect([...after.values()].map(({ slot }) => slot).sort()).toEqual([0, 2, 3]);
});

test('a row that the server told of twice has two elements', () => {
  const twice = [
    { key: 'same', index: 0 },
    { key: 'same', index: 1 },
  ];
  const before = slotsFor(new Map(), twice);
  expect([...before.values()].map(({ slot }) => slot)).toEqual([0, 1]);
  const after = slotsFor(before, twice);
  expect([...after.values()].map(({ slot }) => slot)).toEqual([0, 1]);
});
