import { CHANGE_LIST, CONFIDENCE_LIST, SEVERITY_LIST, STATUS_LIST } from '../page-data.ts';
import type { Findings } from './read-data.ts';

/** Values of a key are alternatives; keys and words must all hold. */
export interface Chosen {
  words: string;
  values: Map<string, Set<string>>;
}

type Test = (index: number) => boolean;

/** The findings that fit, in their order. */
export function matches(findings: Findings, chosen: Chosen): Uint32Array {
  const tests = [
    ...[...chosen.values].map(([key, values]) => testOf(findings, key, values)),
    ...wordTests(findings, chosen.words),
  ];
  const fitting = new Uint32Array(findings.count);
  let found = 0;
  next: for (let index = 0; index < findings.count; index += 1) {
    for (const test of tests) if (!test(index)) continue next;
    fitting[found] = index;
    found += 1;
  }
  return fitting.subarray(0, found);
}

function testOf(
  { data, severity, status, change, confidence }: Findings,
  key: string,
  values: ReadonlySet<string>,
): Test {
  switch (key) {
    case 'severity':
      return inCodes(severity, SEVERITY_LIST, values);
    case 'status':
      return inCodes(status, STATUS_LIST, values);
    case 'change':
      return inCodes(change, CHANGE_LIST, values);
    case 'confidence':
      return inCodes(confidence, CONFIDENCE_LIST, values);
    case 'rule':
      return inIndex(
        data.rule,
        data.rules.map((rule) => values.has(rule.key)),
      );
    case 'asset':
      return inIndex(
        data.asset,
        data.assets.map((_, index) => values.has(String(index))),
      );
    case 'section':
      return inIndex(
        data.section,
        data.sectionLists.map((list) => list.some((at) => values.has(data.sections[at] ?? ''))),
      );
    case 'category': {
      const wanted = new Set(data.categories.filter((one) => values.has(one.key)).flatMap(({ cwe }) => cwe));
      return inIndex(
        data.cwe,
        data.cwes.map((list) => list.some((cwe) => wanted.has(cwe))),
      );
    }
    default:
      return () => true;
  }
}

function inCodes(codes: Uint8Array, names: readonly string[], values: ReadonlySet<string>): Test {
  const on = names.map((name) => values.has(name));
  return (index) => on[codes[index] ?? 0] === true;
}

function inIndex(column: readonly number[], on: readonly boolean[]): Test {
  return (index) => on[column[index] ?? 0] === true;
}

function wordTests(findings: Findings, words: string): Test[] {
  const list = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (list.length === 0) return [];
  const texts = findings.texts();
  return list.map((word) => (index) => texts[index]?.includes(word) === true);
}
