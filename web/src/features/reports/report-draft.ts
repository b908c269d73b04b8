import { ABOUT_KINDS, type AboutDraft } from './about-fields.tsx';
import { FRAMEWORKS } from './lists.ts';
import { REPEATS, type RepeatDraft } from './repeat.ts';
import type { Framework, ReportFormat, ReportWish } from './types.ts';

export interface Draft extends AboutDraft, RepeatDraft {
  template: string;
  formats: ReportFormat[];
  frameworks: Framework[];
  title: string;
  classification: string;
  keepDays: string;
  against: string;
}

/** What is known already stands in the address. */
export function draftFrom(search: URLSearchParams): Draft {
  return {
    kind: ABOUT_KINDS.find((one) => search.has(one === 'workflow-run' ? 'workflowRun' : one)) ?? 'query',
    q: search.get('q') ?? usualQuery(search.get('template') ?? 'technical'),
    run: search.get('run') ?? '',
    workflowRun: search.get('workflowRun') ?? '',
    template: search.get('template') ?? 'technical',
    formats: ['html'],
    frameworks: [...FRAMEWORKS],
    title: '',
    classification: '',
    keepDays: '',
    against: '',
    repeat: REPEATS.find((one) => one === search.get('repeat')) ?? 'never',
    time: '03:00',
    weekday: 1,
    dayOfMonth: 1,
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
}

/** An executive report says what was accepted as well. */
export function usualQuery(template: string): string {
  return template === 'executive' ? 'is:open,accepted' : 'is:open';
}

export function wishOf(draft: Draft): ReportWish {
  const { kind, template, formats, frameworks, against } = draft;
  const title = draft.title.trim();
  const classification = draft.classification.trim();
  return {
    template,
    formats,
    ...(kind === 'query'
      ? { q: draft.q }
      : kind === 'run'
        ? { run: draft.run }
        : { workflowRun: draft.workflowRun }),
    ...(title ? { title } : {}),
    ...(classification ? { classification } : {}),
    ...(frameworks.length > 0 ? { frameworks } : {}),
    ...(draft.keepDays ? { keepDays: draft.keepDays === 'never' ? null : Number(draft.keepDays) } : {}),
    ...(against.startsWith('rpt_') ? { againstReport: against } : against ? { againstTime: against } : {}),
  };
}
