import { cronOf, type Preset } from '../schedules/preset.ts';
import type { ReportWish } from './types.ts';

export const REPEATS = ['never', 'day', 'week', 'month'] as const;
export type Repeat = (typeof REPEATS)[number];

export interface RepeatDraft {
  repeat: Repeat;
  time: string;
  /** As cron numbers them. */
  weekday: number;
  dayOfMonth: number;
  zone: string;
}

export function cronOfRepeat({ repeat, time, weekday, dayOfMonth }: RepeatDraft): string {
  return cronOf(presetOfRepeat(repeat, { time, weekday, dayOfMonth }));
}

function presetOfRepeat(
  repeat: Repeat,
  { time, weekday, dayOfMonth }: Pick<RepeatDraft, 'time' | 'weekday' | 'dayOfMonth'>,
): Preset {
  if (repeat === 'week') return { every: 'week', day: weekday, time };
  if (repeat === 'month') return { every: 'month', day: dayOfMonth, time };
  return { every: 'day', time };
}

export function documentOf(name: string, { q = '', ...wish }: ReportWish): Record<string, unknown> {
  return {
    name,
    description:
      'Makes a report again and again. It is an event when it is ready (report.ready), for whatever delivers it.',
    tags: ['reports'],
    inputs: {
      query: { type: 'string', description: 'Which findings the report is about.', default: q },
    },
    steps: [
      {
        name: 'report',
        operation: 'reports.generate',
        params: { q: inputRef('query'), ...wish },
        sample: { output: { id: 'rpt_sample', status: 'queued' } },
      },
    ],
    outputs: { report: '${{ steps.report.output.id }}' },
  };
}

function inputRef(name: string): string {
  return `\${{ inputs.${name} }}`;
}

/** After its title, or else its template. */
export function freeName({ title, template = 'report' }: ReportWish, taken: ReadonlySet<string>): string {
  const words = (title ?? `${template} report`)
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 50)
    .replace(/^-+|-+$/g, '');
  const base = words || 'report';
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (!taken.has(name)) return name;
  }
}
