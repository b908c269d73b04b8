/** What the operations of reports take and answer, from their own declarations. Types only. */
import type * as z from 'zod';
import type { reportDiff } from '../../../../src/operations/report-diff.ts';
import type { reportGenerate } from '../../../../src/operations/report-generate.ts';
import type { reportAccesses, reportShare, reportShares } from '../../../../src/operations/report-shares.ts';
import type {
  reportTemplateCreate,
  reportTemplateGet,
  reportTemplateList,
  reportTemplateUpdate,
} from '../../../../src/operations/report-templates.ts';
import type { reportVerify } from '../../../../src/operations/reports.ts';

export type { Report } from '../../../../src/operations/report-view.ts';
export type { Change, Framework, ReportAbout, ReportFormat } from '../../../../src/reports/model.ts';

type Answer<T> = T extends { output: infer O extends z.ZodType } ? z.output<O> : never;
type Item<T> = Answer<T> extends { items: readonly (infer I)[] } ? I : never;
type Body<T> = T extends { body: infer B extends z.ZodType } ? z.input<B> : never;

export type ReportWish = Body<typeof reportGenerate>;
export type ReportDifference = Answer<typeof reportDiff>;
export type Difference = Item<typeof reportDiff>;
export type Share = Item<typeof reportShares>;
export type ShareWish = Body<typeof reportShare>;
export type NewShare = Answer<typeof reportShare>;
export type Access = Item<typeof reportAccesses>;
export type Template = Item<typeof reportTemplateList>;
export type WholeTemplate = Answer<typeof reportTemplateGet>;
export type TemplateWish = Body<typeof reportTemplateCreate>;
export type TemplateChange = Body<typeof reportTemplateUpdate>;
export type Verdict = Answer<typeof reportVerify>;
