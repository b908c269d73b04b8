import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SentinelError } from '../../lib/errors.ts';
import { readFilter, readListFilter } from './keys.ts';
import { readMoment } from './moment.ts';

const NOW = Date.parse('2026-06-15T12:00Z');
const atoms = (q: string) => readFilter(q, NOW).flatMap((clause) => clause.any);

it.each([
  ['severity:>=high', ['critical', 'high']],
  ['severity:>high', ['critical']],
  ['severity:<low', ['info']],
  ['severity:<=low', ['low', 'info']],
  ['severity:low..high', ['high', 'medium', 'low']],
  ['severity:..low', ['low', 'info']],
  ['severity:HIGH', ['high']],
  ['severity:>critical', []],
  ['confidence:>low', ['high', 'medium']],
  ['is:open', ['open', 'confirmed']],
  ['is:closed', ['false-positive', 'risk-accepted', 'fixed', 'duplicate']],
])('%s means %j', (q, values) => {
  expect(atoms(q)).toMatchObject([{ is: 'equal', values }]);
});

it.each([
  ['2026-06-01', '2026-06-01T00:00Z', 86_400_000],
  ['2026-06-01T10:30', '2026-06-01T10:30Z', 60_000],
  ['2026-06-01T10:30+02:00', '2026-06-01T08:30Z', 60_000],
  ['2026-06-01T10:30:07Z', '2026-06-01T10:30:07Z', 1_000],
  ['2026-06-01T10:30:07.123Z', '2026-06-01T10:30:07.123Z', 1],
  ['7d', '2026-06-08T12:00Z', 1],
  ['90m', '2026-06-15T10:30Z', 1],
])('%s begins at %s', (text, from, length) => {
  const start = Date.parse(from);
  expect(readMoment(text, NOW)).toEqual({ from: start, to: start + length });
});

it.each(['2026-02-30', '2026-13-01', '2026-06-01T25:00', 'yesterday', '7', '7y', '2026-6-1', ''])(
  '%s is not a time',
  (text) => {
    expect(readMoment(text, NOW)).toBeUndefined();
  },
);

it('keeps the moment and the day apart in comparisons', () => {
  const day = Date.parse('2026-06-01');
  expect(atoms('first-seen:>2026-06-01')).toMatchObject([{ from: day + 86_400_000, to: null }]);
  expect(atoms('first-seen:>=2026-06-01')).toMatchObject([{ from: day, to: null }]);
  expect(atoms('first-seen:<2026-06-01')).toMatchObject([{ from: null, to: day }]);
  expect(atoms('last-seen:2026-06-01..2026-06-02')).toMatchObject([{ from: day, to: day + 2 * 86_400_000 }]);
});

it.each([
  ['severity:hihg', "There is no 'hihg' here. Did you mean 'high'? (at character 10 of the query)"],
  ['a status:gone', "There is no 'gone' here. There are: open, confirmed"],
  ['first-seen:soon', "'soon' is not a time. A time is 2026-01-31"],
  ['tittle:x', "Did you mean 'title:'?"],
  [`${'a '.repeat(31)}`, 'A query has 30 parts at most (at character 61 of the query)'],
])('refuses %s', (q, message) => {
  expect(() => readFilter(q, NOW)).toThrow(message);
});

it.each([
  ['due:<7d', [{ is: 'between', column: 'due', from: null, to: NOW + 7 * 86_400_000 }]],
  ['priority:>=50', [{ is: 'between', column: 'priority', from: 50, to: null }]],
  ['priority:10..20', [{ is: 'between', column: 'priority', from: 10, to: 21 }]],
  ['priority:none', [{ is: 'without', what: 'priority' }]],
  ['epss:>=50%', [{ is: 'signal', kev: false, from: 0.5, to: null }]],
  ['assignee:none', [{ is: 'without', what: 'assignee' }]],
  ['is:overdue', [{ is: 'overdue', now: NOW }]],
])('%s means what it says', (q, wanted) => {
  expect(atoms(q)).toEqual(wanted);
});

it.each([
  ['severity:high', ['suppressed', 'snoozed', 'merged']],
  ['is:snoozed', ['suppressed', 'merged']],
  ['-is:snoozed', ['suppressed', 'merged']],
  ['is:hidden', []],
  ['show:hidden severity:high', []],
  ['id:fnd_1', []],
  ['status:duplicate', ['suppressed', 'snoozed']],
  ['-status:duplicate', ['suppressed', 'snoozed', 'merged']],
  ['suppression:sup_1', ['snoozed', 'merged']],
])('%s leaves out %j', (q, states) => {
  expect(readListFilter(q, { now: NOW }).hide.states).toEqual(states);
});

it('knows who asks', () => {
  expect(readFilter('assignee:me', NOW, 'usr_1')).toMatchObject([
    { any: [{ is: 'assignee', text: 'usr_1' }] },
  ]);
  expect(() => readFilter('assignee:me', NOW)).toThrow('Nobody asks here');
});

it('makes a filter of any text, or says what is wrong with it', () => {
  const parts = fc.constantFrom(
    ...'severity: first-seen: is: cwe: has: id: 7d 2026-01-01 high new - , .. > " : \0 \ud800'.split(' '),
    ' ',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(parts).map((list) => list.join('')),
      ),
      (q) => {
        try {
          expect(readFilter(q, NOW)).toBeInstanceOf(Array);
        } catch (error) {
          expect(error).toBeInstanceOf(SentinelError);
          expect(error).toMatchObject({ code: 'invalid-query' });
        }
      },
    ),
    { numRuns: 3_000 },
  );
});
