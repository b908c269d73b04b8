import { expect, test } from 'vitest';
import { EVENT_TYPES } from '../model/event.ts';
import { PERMISSIONS } from '../model/permission.ts';
import { SHOWN_WITH } from './streams.ts';

test('every kind of event is shown to those who may read what it tells of', () => {
  const groups = new Set(Object.keys(EVENT_TYPES).map((type) => type.split('.', 1)[0] ?? ''));
  expect([...groups].filter((group) => SHOWN_WITH[group] === undefined)).toEqual([]);
  expect(Object.values(SHOWN_WITH).filter((permission) => !(permission in PERMISSIONS))).toEqual([]);
});
