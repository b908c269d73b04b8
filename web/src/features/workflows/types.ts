/** What the operations of workflows take and answer, from their own declarations. Types only. */
import type * as z from 'zod';
import type { approvalList } from '../../../../src/operations/approvals.ts';
import type { scheduleCreate, scheduleList } from '../../../../src/operations/schedules.ts';
import type { triggerCreate, triggerList } from '../../../../src/operations/triggers.ts';
import type {
  templateGet,
  templateList,
  workflowConvert,
  workflowValidate,
} from '../../../../src/operations/workflow-check.ts';
import type {
  workflowDiff,
  workflowRevisions,
  workflowSource,
} from '../../../../src/operations/workflow-revisions.ts';
import type {
  workflowRunGet,
  workflowRunItems,
  workflowRunList,
  workflowRunStep,
} from '../../../../src/operations/workflow-runs.ts';
import type { workflowDryRun } from '../../../../src/operations/workflow-start.ts';
import type { workflowGet, workflowList, workflowSave } from '../../../../src/operations/workflows.ts';

export type {
  Section,
  StepStatus,
  WorkflowDefinition,
  WorkflowRunStatus,
  WorkflowStep,
} from '../../../../src/model/workflow.ts';

type Answer<T> = T extends { output: infer O extends z.ZodType } ? z.output<O> : never;
type Item<T> = Answer<T> extends { items: readonly (infer I)[] } ? I : never;
type Body<T> = T extends { body: infer B extends z.ZodType } ? z.input<B> : never;

export type Summary = Item<typeof workflowList>;
export type Workflow = Answer<typeof workflowGet>;
export type Saved = Answer<typeof workflowSave>;
export type Template = Item<typeof templateList>;
export type TemplateDocument = Answer<typeof templateGet>;
export type Validation = Answer<typeof workflowValidate>;
export type DocumentProblem = Validation['problems'][number];
export type Needs = NonNullable<Validation['needs']>;
export type Conversion = Answer<typeof workflowConvert>;
export type Revision = Item<typeof workflowRevisions>;
export type RevisionSource = Answer<typeof workflowSource>;
export type Difference = Answer<typeof workflowDiff>;
export type Plan = Answer<typeof workflowDryRun>;

export type RunSummary = Item<typeof workflowRunList>;
export type RunState = Answer<typeof workflowRunGet>;
export type StepState = RunState['steps'][number];
export type StepDetail = Answer<typeof workflowRunStep>;
export type StepItem = Item<typeof workflowRunItems>;

export type Schedule = Item<typeof scheduleList>;
export type ScheduleWish = Body<typeof scheduleCreate>;
export type Trigger = Item<typeof triggerList>;
export type TriggerWish = Body<typeof triggerCreate>;
export type Approval = Item<typeof approvalList>;
