import { expect, test } from 'vitest';
import type { FlowStep } from '../../model/finding.ts';
import type { ReadFiles } from '../../plugin/powers/read-files.ts';
import type { FindingEvent } from '../../plugin/task.ts';
import { addExcerpt } from './excerpt.ts';

const numbered = (name: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${name} ${at + 1}`).join('\n');

/** Files in memory that count how often they are read. */
function filesOf(texts: Record<string, string>) {
  const reads: string[] = [];
  const read = (path: string) => {
    reads.push(path);
    const text = texts[path];
    if (text === undefined) throw new Error('gone');
    return Buffer.from(text);
  };
  return { reads, files: { read } as unknown as ReadFiles };
}

const at = (path: string, startLine: number) => ({ kind: 'file' as const, path, region: { startLine } });
const step = (path: string, line: number): FlowStep => ({ at: at(path, line), note: `${path}:${line}` });
const finding = (flow: FlowStep[]): FindingEvent<string> => ({
  type: 'finding',
  rule: 'r',
  at: at('main.ts', 50),
  key: ['k'],
  flow,
});

test('a step in another file gets three lines around it; one that the finding shows itself gets none', () => {
  const { files, reads } = filesOf({ 'main.ts': numbered('main', 100), 'other.ts': numbered('other', 10) });
  const steps = [step('other.ts', 2), step('main.ts', 45), step('main.ts', 99), step('main.ts', 50)];
  const { excerpt, flow = [] } = addExcerpt(finding(steps), files);
  expect([excerpt?.firstLine, excerpt?.lines.length]).toEqual([30, 41]);
  expect(flow[0]?.excerpt).toEqual({ firstLine: 1, lines: numbered('other', 5).split('\n') });
  expect(flow[1]?.excerpt).toBeUndefined();
  expect(flow[2]?.excerpt).toMatchObject({
    firstLine: 96,
    lines: ['main 96', 'main 97', 'main 98', 'main 99', 'main 100'],
  });
  expect(flow[3]?.excerpt).toBeUndefined();
  expect(reads).toEqual(['main.ts', 'other.ts']);
});

test('what is stored stays small: twenty steps at most, the first and the last, and lines are cut', () => {
  const { files } = filesOf({ 'main.ts': numbered('main', 100), 'long.ts': 'x'.repeat(5_000) });
  const { flow = [] } = addExcerpt(finding(Array.from({ length: 60 }, () => step('long.ts', 1))), files);
  const with_ = flow.flatMap(({ excerpt }, index) => (excerpt ? [index] : []));
  expect(with_).toEqual([
    ...Array.from({ length: 10 }, (_, n) => n),
    ...Array.from({ length: 10 }, (_, n) => n + 50),
  ]);
  expect(flow[0]?.excerpt?.lines[0]).toHaveLength(200);
  const short = addExcerpt(finding(Array.from({ length: 20 }, () => step('long.ts', 1))), files);
  expect(short.flow?.every(({ excerpt }) => excerpt)).toBe(true);
});

test('what a task gave itself stays; a file that is gone, a line beyond the end and a place elsewhere get nothing', () => {
  const { files, reads } = filesOf({ 'main.ts': numbered('main', 100) });
  const given = { ...step('main.ts', 1), excerpt: { firstLine: 1, lines: ['own'] } };
  const inside: FlowStep = { at: { ...at('a.zip', 1), inside: 'b.ts' }, note: '' };
  const steps = [given, step('gone.ts', 1), step('gone.ts', 2), step('main.ts', 500), inside];
  const { flow } = addExcerpt(finding(steps), files);
  expect(flow).toEqual(steps);
  expect(reads).toEqual(['main.ts', 'gone.ts']);
  const untouched = finding(steps);
  expect(addExcerpt(untouched, undefined)).toBe(untouched);
});

test('a flow to and fro between two files reads each once', () => {
  const { files, reads } = filesOf({ 'main.ts': numbered('main', 500), 'other.ts': numbered('other', 500) });
  addExcerpt(finding([1, 2, 3].flatMap((n) => [step('other.ts', n * 90), step('main.ts', n * 90)])), files);
  expect(reads).toEqual(['main.ts', 'other.ts']);
});
