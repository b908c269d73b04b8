import { expect, test } from 'vitest';
import { outOfOrder } from './row-order.ts';

/** The order that it leads to when what is moved goes to its place. */
const left = (order: number[], fixed?: number) => {
  const moved = outOfOrder(order, fixed);
  return order.filter((_, at) => !moved.includes(at));
};

test('nothing is moved where the order is right', () => {
  expect(outOfOrder([1, 2, 5, 9])).toEqual([]);
  expect(outOfOrder([])).toEqual([]);
});

test('one row that has gone round is moved, and not all others', () => {
  expect(outOfOrder([10, 1, 2, 3])).toEqual([0]);
  expect(outOfOrder([1, 2, 3, 0])).toEqual([3]);
});

test('what stays ascends, and the row with the focus always stays', () => {
  for (let round = 0; round < 300; round++) {
    // 13 is a prime: each factor gives another order of the twelve.
    const order = Array.from({ length: 12 }, (_, at) => ((at + 1) * (1 + (round % 12)) + round * 5) % 13);
    const fixed = round % 12;
    const stays = left(order, fixed);
    expect(stays).toContain(order[fixed]);
    expect(stays).toEqual([...stays].sort((a, b) => a - b));
  }
});
