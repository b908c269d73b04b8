import * as z from 'zod';
import type { Snapshot } from './snapshot/read-snapshot.ts';

/** Of how many findings a redacted file leaves out what: only of those that have it. */
export const LeftOut = z.object({
  findings: z.int(),
  code: z.int(),
  evidence: z.int(),
  messages: z.int(),
  places: z.int(),
  assignees: z.int(),
  labels: z.int(),
  comments: z.int(),
});
export type LeftOut = z.infer<typeof LeftOut>;

/** What `redacted` takes away from this snapshot. */
export async function countLeftOut(whole: Snapshot): Promise<LeftOut> {
  const counts: LeftOut = {
    ...{ findings: 0, code: 0, evidence: 0, messages: 0 },
    ...{ places: 0, assignees: 0, labels: 0, comments: 0 },
  };
  for await (const finding of whole.findings()) {
    counts.findings += 1;
    if (finding.excerpt !== null || finding.flow.length > 0) counts.code += 1;
    if (finding.evidence !== null) counts.evidence += 1;
    if (finding.message !== '') counts.messages += 1;
    // A package is named by what everybody knows it by, and stays.
    if (finding.location.kind !== 'package') counts.places += 1;
    if (finding.assignee !== null) counts.assignees += 1;
    if (finding.labels.length > 0) counts.labels += 1;
    if (finding.decision?.comment) counts.comments += 1;
  }
  return counts;
}

const WORDS: readonly [Exclude<keyof LeftOut, 'findings'>, string][] = [
  ['code', 'the code'],
  ['evidence', 'the evidence'],
  ['messages', 'the messages'],
  ['places', 'the names of files, hosts and other places (others stand in their stead)'],
  ['assignees', 'the people who work on it'],
  ['labels', 'the labels'],
  ['comments', 'the comments on decisions'],
];

/** One part for each field: 'the code of 12 findings'. */
export function leftOutWords(counts: LeftOut): string[] {
  return WORDS.filter(([field]) => counts[field] > 0).map(([field, words]) => {
    const count = counts[field];
    const all = count === counts.findings && count > 1 ? 'all ' : '';
    return `${words} of ${all}${count.toLocaleString('en-US')} ${count === 1 ? 'finding' : 'findings'}`;
  });
}
