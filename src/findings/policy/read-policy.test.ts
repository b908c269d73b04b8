import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compile } from '../../lib/cel/expression.ts';
import { checkWhen } from './check-rule.ts';
import type { ParsedPolicy } from './document.ts';
import { judge } from './judge.ts';
import type { PolicyFacts } from './read-facts.ts';
import { readPolicy, readTreeGate } from './read-policy.ts';

const NOW = Date.parse('2026-11-25T12:00Z');

/** A document whose lines are those of its top-level keys and of the items below: as the reader of workflows gives them. */
function document(value: unknown): ParsedPolicy {
  return { value, problems: [], positionOf: (path) => ({ line: path.length, column: 1 }) };
}

function problems(value: unknown): string[] {
  return readPolicy(document(value), NOW).problems.map(({ field, message }) => `${field}: ${message}`);
}

test('an empty policy is one', () => {
  expect(readPolicy(document({}), NOW).policy).toMatchObject({
    gate: [],
    triage: [],
    routing: [],
    weights: {},
  });
  expect(readPolicy(document(null), NOW).policy).not.toBeNull();
});

test('a part that is missing is told with what stands in it', () => {
  expect(problems({ triage: [{ name: 'a', match: 'path:test/' }] })).toEqual([
    'triage.0.set: expects an object with status, reason, comment, acceptDays, snoozeDays, severity, labels and is missing',
  ]);
});

test('what is wrong is told by its field, with the nearest name', () => {
  expect(problems({ gates: [] })).toEqual(['gates: is not a key; did you mean gate?']);
  expect(problems({ gate: [{ name: 'a', match: 'severty:high' }] })).toEqual([
    "gate.0.match: There is no key 'severty:'. Did you mean 'severity:'? Put text with a colon in quotes. (at character 1 of the query)",
  ]);
  expect(problems({ gate: [{ name: 'a', when: 'finding.severty == "high"' }] })).toEqual([
    "gate.0.when: There is no 'finding.severty'. Did you mean 'severity'?",
  ]);
  expect(problems({ gate: [{ name: 'a', when: 'epps.score > 1' }] })).toEqual([
    "gate.0.when: There is no 'epps' here. Did you mean 'epss'?",
  ]);
  expect(problems({ gate: [{ name: 'a', when: '1 +' }] })[0]).toMatch(/^gate\.0\.when: '1 \+' is not CEL/);
  expect(problems({ priority: { weights: { severity: 3 } } })[0]).toMatch(
    /^priority\.weights\.severity: .*2/,
  );
  expect(problems({ sla: { days: { hihg: 3 } } })[0]).toBe(
    'sla.days.hihg: is not a key; did you mean sla.days.high?',
  );
  expect(
    problems({
      gate: [
        { name: 'a', most: 1 },
        { name: 'a', most: 1 },
      ],
    }),
  ).toEqual(["gate.1.name: Line 2 has a rule 'a' already."]);
});

test('comments are asked for by status and severity, and the decisions of the policy itself have them', () => {
  const demand = { name: 'words', severities: ['high'], statuses: ['false-positive'] };
  expect(readPolicy(document({ comments: [demand] }), NOW).policy?.comments).toEqual([
    { ...demand, line: 2 },
  ]);
  expect(
    readPolicy(document({ comments: [{ name: 'all', statuses: ['confirmed'] }] }), NOW).policy?.comments,
  ).toMatchObject([{ severities: null }]);
  const set = { status: 'false-positive', reason: 'test-code' };
  expect(problems({ comments: [demand], triage: [{ name: 'tests', set }] })).toEqual([
    "triage.0.set: Line 2 ('words') asks for a comment on decisions to false-positive: add set.comment.",
  ]);
  expect(
    problems({ comments: [demand], triage: [{ name: 'a', set: { ...set, comment: 'Only tests.' } }] }),
  ).toEqual([]);
  expect(problems({ comments: [{ name: 'a', statuses: ['fixed'] }] })[0]).toMatch(/^comments\.0\.statuses/);
  expect(problems({ comments: [{ name: 'a' }] })[0]).toMatch(/^comments\.0\.statuses: .*missing/);
  expect(problems({ comments: [demand, demand] })).toEqual([
    "comments.1.name: Line 2 has a rule 'words' already.",
  ]);
});

test('a decision must be complete, as that of a person', () => {
  expect(problems({ triage: [{ name: 'a', set: { status: 'false-positive' } }] })).toEqual([
    'triage.0.set: A false positive needs a reason: sanitised, unreachable, test-code, wrong-rule, other.',
  ]);
  expect(
    problems({ triage: [{ name: 'a', set: { status: 'risk-accepted', reason: 'mitigated' } }] }),
  ).toEqual(['triage.0.set: An accepted risk needs an end: until when is it accepted?']);
  expect(problems({ triage: [{ name: 'a', set: { status: 'fixed' } }] })[0]).toMatch(
    /^triage\.0\.set\.status/,
  );
  expect(problems({ triage: [{ name: 'a', set: {} }] })[0]).toMatch(/^triage\.0\.set: The change is empty/);
  expect(problems({ triage: [{ name: 'a', set: { labels: ['<b>'] } }] })[0]).toMatch(
    /^triage\.0\.set: A label/,
  );
  expect(problems({ routing: [{ name: 'a' }] })[0]).toMatch(/does nothing/);
});

test('expressions are looked at although keys are wrong: all is told at once', () => {
  const set = { status: 'confirmed' };
  const wrong = problems({
    gate: [{ name: 'a', match: 'sev:high', mots: 1 }],
    sla: { conditions: [{ name: 'b', when: 'kev.liste' }] },
    triage: [{ name: 'c', when: 'finding.severity ==', set, also: 1 }, 'no rule'],
  });
  expect(wrong.map((line) => line.split(':')[0])).toEqual(
    expect.arrayContaining([
      'gate.0.match',
      'gate.0.mots',
      'sla.conditions.0.when',
      'sla.conditions.0.days',
      'triage.0.when',
      'triage.0.also',
      'triage.1',
    ]),
  );
  const tree = readTreeGate(document({ gate: [{ name: 'a', match: 'sev:high', mots: 1 }] }), NOW);
  expect(tree.problems.map(({ field }) => field).sort()).toEqual(['gate.0.match', 'gate.0.mots']);
});

test('a model alone closes nothing', () => {
  const set = { status: 'false-positive', reason: 'unreachable' };
  expect(problems({ triage: [{ name: 'a', when: 'model.confidence < 0.1', set }] })).toEqual([
    'triage.0.when: A finding never becomes false-positive because of what a model says. Use it for labels or severity.',
  ]);
  expect(
    problems({ triage: [{ name: 'a', when: 'model.confidence < 0.1', set: { labels: ['doubtful'] } }] }),
  ).toEqual([]);
});

test('of a tree nothing but further conditions of the gate counts', () => {
  const { gate, problems: wrong } = readTreeGate(
    document({
      ignore: [{ path: 'a' }],
      triage: [{ anything: 1 }],
      gate: [{ name: 'strict', match: 'severity:low' }],
    }),
    NOW,
  );
  expect(wrong).toEqual([]);
  expect(gate).toMatchObject([{ name: 'strict', ofTree: true, most: 0 }]);
});

test('it never throws, whatever stands in the document', () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.constantFrom('gate', 'sla', 'triage', 'routing', 'priority', ''),
      (value, key) => {
        const read = readPolicy(document(key === '' ? value : { [key]: value }), NOW);
        expect(read.policy === null).toBe(read.problems.length > 0);
        expect(read.problems.every(({ line, message }) => line !== null && message.length > 0)).toBe(true);
      },
    ),
  );
});

const FACTS: PolicyFacts = {
  id: 'fnd_1',
  project: 'p',
  task: 't',
  rule: 'r',
  title: '',
  message: '',
  status: 'open',
  place: 'a',
  assignee: null,
  labels: [],
  cwe: [],
  purl: [],
  asset: { id: 'a', name: 'a', kind: 'path' },
  firstRun: 'run_1',
  due: null,
  dueTold: null,
  closed: null,
  hidden: false,
  priority: 40,
  testCode: false,
  reopenedAt: null,
  priorityFacts: {
    severity: 'high',
    confidence: 'high',
    location: { kind: 'package', purl: 'pkg:npm/a@1' },
    signals: [
      { cve: 'CVE-2024-1', kevAdded: null, kevDue: null, ransomware: null, epss: null, percentile: null },
    ],
    dates: { kev: null, epss: 1 },
    criticality: null,
    exposure: 'internet',
    firstSeen: NOW,
    reopened: false,
    model: null,
  },
};

test.each([
  ['kev.listed', null],
  ['!kev.listed', null],
  ['kev.listed && finding.severity == "low"', false],
  ['finding.severity == "low" && kev.listed', false],
  ['kev.listed || finding.severity == "high"', true],
  ['kev.listed || finding.severity == "low"', null],
  ['epss.score > 0.5 && asset.exposure == "internet"', null],
  ['epss.score != null && epss.score > 0.5', false],
  ['epss.score == null', true],
  ['asset.criticality == "high"', null],
  ['(asset.criticality == "high" || finding.priority >= 40) && asset.exposure == "internet"', true],
  ['finding.assignee == "usr_lea"', false],
  ['finding.cve.exists(c, c.startsWith("CVE-2024"))', true],
  ['finding.priority', null],
] as const)('%s is %s', (text, expected) => {
  expect(judge(compile(text), FACTS, NOW).holds).toBe(expected);
  const wrong: string[] = [];
  checkWhen(text, (field, message) => wrong.push(`${field}: ${message}`));
  expect(wrong).toEqual([]);
});
