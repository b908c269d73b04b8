import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CONFIDENCES, SEVERITIES } from '../../model/severity.ts';
import { isTestPath } from './context-points.ts';
import { CRITICALITIES, EXPOSURES, type PriorityFacts } from './facts.ts';
import { contributionText, priorityOf } from './priority.ts';
import { FACTORS, MOST_WEIGHT, type Weights } from './weights.ts';

const NOW = Date.parse('2026-11-25T12:00Z');
const DAY = 86_400_000;
const PLAIN: PriorityFacts = {
  severity: 'high',
  confidence: 'high',
  location: { kind: 'package', purl: 'pkg:npm/a@1' },
  signals: [],
  dates: { kev: null, epss: null },
  criticality: null,
  exposure: null,
  firstSeen: NOW,
  reopened: false,
  model: null,
};

const signal = fc.record({
  cve: fc.constantFrom('CVE-2024-1', 'CVE-2024-2', 'CVE-2024-3'),
  kevAdded: fc.option(fc.integer({ min: NOW - 900 * DAY, max: NOW })),
  kevDue: fc.option(fc.integer({ min: NOW - 100 * DAY, max: NOW + 100 * DAY })),
  ransomware: fc.option(fc.boolean()),
  epss: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  percentile: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
});
const facts: fc.Arbitrary<PriorityFacts> = fc.record({
  severity: fc.constantFrom(...SEVERITIES),
  confidence: fc.constantFrom(...CONFIDENCES),
  location: fc.constantFrom(
    { kind: 'file' as const, path: 'src/app.ts' },
    { kind: 'file' as const, path: 'test/app.test.ts' },
    { kind: 'host' as const, name: 'example.org' },
  ),
  signals: fc.array(signal, { maxLength: 3 }),
  dates: fc.record({ kev: fc.option(fc.constant(NOW - DAY)), epss: fc.option(fc.constant(NOW - DAY)) }),
  criticality: fc.option(fc.constantFrom(...CRITICALITIES)),
  exposure: fc.option(fc.constantFrom(...EXPOSURES)),
  firstSeen: fc.integer({ min: NOW - 400 * DAY, max: NOW }),
  reopened: fc.boolean(),
  model: fc.option(
    fc.record({ confidence: fc.double({ min: 0, max: 1, noNaN: true }), version: fc.constant('m1') }),
  ),
});
const weights: fc.Arbitrary<Weights> = fc.dictionary(
  fc.constantFrom(...FACTORS),
  fc.double({ min: 0, max: MOST_WEIGHT, noNaN: true }),
);

/** Each makes one known fact worse; undefined where it cannot be worse. */
const WORSE: Record<string, (one: PriorityFacts) => PriorityFacts | undefined> = {
  severity: (one) => {
    const severity = SEVERITIES[SEVERITIES.indexOf(one.severity) - 1];
    return severity && { ...one, severity };
  },
  confidence: (one) => {
    const confidence = CONFIDENCES[CONFIDENCES.indexOf(one.confidence) - 1];
    return confidence && { ...one, confidence };
  },
  listed: (one) =>
    one.signals[0] && {
      ...one,
      signals: [{ ...one.signals[0], kevAdded: NOW - DAY }, ...one.signals.slice(1)],
    },
  ransomware: (one) =>
    one.signals[0] && {
      ...one,
      signals: [{ ...one.signals[0], ransomware: true }, ...one.signals.slice(1)],
    },
  'past due': (one) =>
    one.signals[0] && {
      ...one,
      signals: [{ ...one.signals[0], kevDue: NOW - 200 * DAY }, ...one.signals.slice(1)],
    },
  epss: (one) => {
    const [first, ...rest] = one.signals;
    if (!first || first.epss === null) return undefined;
    return { ...one, signals: [{ ...first, epss: Math.min(1, first.epss + 0.05) }, ...rest] };
  },
  exposure: (one) => {
    const exposure = one.exposure === null ? undefined : EXPOSURES[EXPOSURES.indexOf(one.exposure) + 1];
    return exposure && { ...one, exposure };
  },
  criticality: (one) => {
    const at = one.criticality === null ? undefined : CRITICALITIES.indexOf(one.criticality) + 1;
    const criticality = at === undefined ? undefined : CRITICALITIES[at];
    return criticality && { ...one, criticality };
  },
  age: (one) => ({ ...one, firstSeen: one.firstSeen - 40 * DAY }),
  reopened: (one) => ({ ...one, reopened: true }),
  model: (one) =>
    one.model
      ? { ...one, model: { ...one.model, confidence: Math.min(1, one.model.confidence + 0.1) } }
      : undefined,
};

test.each(Object.entries(WORSE))('a worse fact never lowers it: %s', (_name, worsen) => {
  let worse = 0;
  fc.assert(
    fc.property(facts, weights, (one, weight) => {
      const other = worsen(one);
      if (!other) return;
      worse += 1;
      expect(priorityOf(other, NOW, weight).value).toBeGreaterThanOrEqual(priorityOf(one, NOW, weight).value);
    }),
  );
  expect(worse).toBeGreaterThan(20);
});

test('it is the sum of its contributions, a whole number from 0 to 100', () => {
  fc.assert(
    fc.property(facts, weights, (one, weight) => {
      const { value, contributions } = priorityOf(one, NOW, weight);
      expect(Number.isInteger(value) && value >= 0 && value <= 100).toBe(true);
      expect(contributions.reduce((sum, { points }) => sum + points, 0)).toBe(value);
      expect(contributions.every(({ state, points }) => state === 'known' || points === 0)).toBe(true);
      expect(contributions.every(({ text }) => text.length > 3)).toBe(true);
    }),
  );
});

test('unknown, none and zero are told apart', () => {
  const cve = {
    cve: 'CVE-2024-1',
    kevAdded: null,
    kevDue: null,
    ransomware: null,
    epss: null,
    percentile: null,
  };
  const textOf = (one: PriorityFacts, factor: string) => {
    const found = priorityOf(one, NOW).contributions.find((part) => part.factor === factor);
    return found && contributionText(found);
  };
  expect(textOf(PLAIN, 'exploited')).toBe(
    "no part: CISA's list of exploited vulnerabilities: it names no CVE",
  );
  expect(textOf(PLAIN, 'exploitability')).toBe('no part: EPSS: it names no CVE');
  const unknown = { ...PLAIN, signals: [cve] };
  expect(textOf(unknown, 'exploited')).toBe(
    "unknown: whether it is exploited: CISA's list was never imported",
  );
  const dates = { kev: Date.parse('2026-11-20'), epss: Date.parse('2026-11-21') };
  expect(textOf({ ...unknown, dates }, 'exploited')).toBe(
    "+0 not on CISA's list of exploited vulnerabilities (snapshot of 2026-11-20)",
  );
  expect(textOf({ ...unknown, dates }, 'exploitability')).toBe(
    'unknown: how likely it is exploited: EPSS does not know CVE-2024-1 (snapshot of 2026-11-21)',
  );
  const listed = {
    ...cve,
    kevAdded: Date.parse('2024-03-01'),
    kevDue: Date.parse('2024-03-22'),
    ransomware: true,
    epss: 0.94,
    percentile: 0.9991,
  };
  expect(textOf({ ...PLAIN, signals: [listed], dates }, 'exploited')).toBe(
    "+25 CVE-2024-1 is on CISA's list of exploited vulnerabilities since 2024-03-01, used in ransomware campaigns, CISA's date of 2024-03-22 has passed (snapshot of 2026-11-20)",
  );
  expect(textOf({ ...PLAIN, signals: [listed], dates }, 'exploitability')).toBe(
    '+15 EPSS gives CVE-2024-1 a chance of 94 % to be exploited within 30 days, more than 99 % of all vulnerabilities (snapshot of 2026-11-21)',
  );
  expect(textOf(PLAIN, 'criticality')).toBe('unknown: how critical the asset is');
});

test('a weight is told, and what it makes of the points', () => {
  const part = priorityOf({ ...PLAIN, exposure: 'internet' }, NOW, { exposure: 1.5 }).contributions.find(
    ({ factor }) => factor === 'exposure',
  );
  expect(part && contributionText(part)).toBe(
    '+12 the asset can be reached from the internet (weight 1.5 by the policy)',
  );
});

test('paths of tests by their usual names', () => {
  for (const path of [
    'test/a.ts',
    'src/__tests__/a.js',
    'a/b.spec.ts',
    'pkg/x_test.go',
    'tests/t.py',
    'a/test_x.py',
  ])
    expect(isTestPath(path), path).toBe(true);
  for (const path of [
    'src/attest/a.ts',
    'contest.py',
    'src/latest/a.go',
    'testimony.md',
    'src/inspection.ts',
  ])
    expect(isTestPath(path), path).toBe(false);
});
