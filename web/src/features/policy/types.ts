/** What the operations of the policy take and answer, from their own declarations. Types only. */
import type * as z from 'zod';
import type { changeList } from '../../../../src/operations/change-sets.ts';
import type {
  policyGet,
  policyRevisions,
  policySave,
  policyValidate,
} from '../../../../src/operations/policy.ts';
import type { policyExplain, policyReplay } from '../../../../src/operations/policy-decisions.ts';

type Answer<T> = T extends { output: infer O extends z.ZodType } ? z.output<O> : never;
type Item<T> = Answer<T> extends { items: readonly (infer I)[] } ? I : never;

export type Policy = Answer<typeof policyGet>;
export type PolicyRevision = Item<typeof policyRevisions>;
export type Validation = Answer<typeof policyValidate>;
export type PolicyProblem = Validation['problems'][number];
export type SavedPolicy = Answer<typeof policySave>;
export type Explanation = Answer<typeof policyExplain>;
export type Replay = Answer<typeof policyReplay>;
export type Tally = Replay['triaged'][number];
export type Example = Tally['examples'][number];
export type ChangeSet = Item<typeof changeList>;
