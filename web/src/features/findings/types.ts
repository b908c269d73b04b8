/** What the operations of findings take and answer, from their own declarations. Types only: nothing of the server comes into the app. */
import type * as z from 'zod';
import type { acceptanceList, acceptanceSettingsGet } from '../../../../src/operations/acceptances.ts';
import type { changeList } from '../../../../src/operations/change-sets.ts';
import type { closingList } from '../../../../src/operations/closings.ts';
import type { policyComments } from '../../../../src/operations/comment-rules.ts';
import type { findingCode } from '../../../../src/operations/finding-code.ts';
import type { findingGroups } from '../../../../src/operations/finding-groups.ts';
import type { findingHistory } from '../../../../src/operations/finding-history.ts';
import type { findingExplain } from '../../../../src/operations/finding-identity.ts';
import type { findingFacets, findingGet, findingList } from '../../../../src/operations/findings.ts';
import type { importFormats, importGet, importList } from '../../../../src/operations/imports.ts';
import type { findingPeople } from '../../../../src/operations/people.ts';
import type { policyExplain } from '../../../../src/operations/policy-decisions.ts';
import type { findingPriority } from '../../../../src/operations/priority.ts';
import type { priorityListGet } from '../../../../src/operations/priority-list.ts';
import type { suppressionPreview } from '../../../../src/operations/suppression-preview.ts';
import type { suppressionCreate, suppressionList } from '../../../../src/operations/suppressions.ts';
import type { findingsTriage } from '../../../../src/operations/triage.ts';
import type { viewCreate, viewList } from '../../../../src/operations/views.ts';

export type { TriageChange } from '../../../../src/model/triage.ts';
export type { FindingSort } from '../../../../src/store/findings-index/filter.ts';

import type { vulnerabilityAnswer } from '../../../../src/operations/vulnerability-answer.ts';

type Answer<T> = T extends { output: infer O extends z.ZodType } ? z.output<O> : never;
type Item<T> = Answer<T> extends { items: readonly (infer I)[] } ? I : never;
type Body<T> = T extends { body: infer B extends z.ZodType } ? z.input<B> : never;

export type FindingPage = Answer<typeof findingList>;
export type ListedFinding = Item<typeof findingList>;
export type PriorityList = Answer<typeof priorityListGet>;
export type Hidden = NonNullable<FindingPage['hidden']>;
export type FullFinding = Answer<typeof findingGet>;
export type FindingCode = Answer<typeof findingCode>;
export type CodeLine = NonNullable<FindingCode['excerpt']>['lines'][number];
export type Facets = Answer<typeof findingFacets>;
export type FacetName = keyof Facets['facets'];
export type Priority = Answer<typeof findingPriority>;
export type Explained = Answer<typeof findingExplain>;
export type HistoryItem = Item<typeof findingHistory>;
export type PolicyExplained = Answer<typeof policyExplain>;

export type CommentRule = Item<typeof policyComments>;
export type ChangeSet = Item<typeof changeList>;
export type TriageAnswer = Answer<typeof findingsTriage>;
export type TriagePreview = NonNullable<TriageAnswer['preview']>;
export type Groups = Answer<typeof findingGroups>;
export type VulnerabilityAnswer = Answer<typeof vulnerabilityAnswer>;
export type People = Answer<typeof findingPeople>;

export type View = Item<typeof viewList>;
export type NewView = Body<typeof viewCreate>;

export type Import = Item<typeof importList>;
export type FullImport = Answer<typeof importGet>;
export type ImportFormat = Item<typeof importFormats>;
export type Closing = Item<typeof closingList>;

export type Suppression = Item<typeof suppressionList>;
export type NewSuppression = Body<typeof suppressionCreate>;
export type SuppressionPreview = Answer<typeof suppressionPreview>;

export type Acceptance = Item<typeof acceptanceList>;
export type AcceptanceSettings = Answer<typeof acceptanceSettingsGet>;
