import { afterEach, expect, test, vi } from 'vitest';
import { forgetTyped, keepTyped, typedFor } from './just-typed.ts';

afterEach(() => {
  forgetTyped();
  vi.useRealTimers();
});

test('the password is kept for its own login, for five minutes at most, and forgotten when it is told to', () => {
  vi.useFakeTimers();
  keepTyped({ login: 'Grace', password: 'brass kettle' });
  expect([typedFor('grace'), typedFor('ada')]).toEqual(['brass kettle', undefined]);
  vi.advanceTimersByTime(5 * 60_000 - 1);
  expect(typedFor('grace')).toBe('brass kettle');
  vi.advanceTimersByTime(1);
  expect(typedFor('grace')).toBeUndefined();
  keepTyped({ login: 'grace', password: 'brass kettle' });
  forgetTyped();
  expect(typedFor('grace')).toBeUndefined();
});
