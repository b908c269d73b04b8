import * as z from 'zod';
import { SentinelError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import { notReady } from '../reports/job/report-jobs.ts';
import {
  type Against,
  BUILT_IN_TEMPLATES,
  FRAMEWORKS,
  Framework,
  Look,
  NO_LOOK,
  type ReportAbout,
  ReportFormat,
  type ReportOptions,
  type UsedTemplate,
} from '../reports/model.ts';
import { readFilter } from '../store/findings-index/keys.ts';
import { readMoment } from '../store/findings-index/moment.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { NONE } from './paging.ts';
import { ownReport, Report, type ReportRow, toReports } from './report-view.ts';
import { unknownNames } from './unknown-names.ts';

const DAY_MS = 86_400_000;

const Line = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}]*$/u, 'expects one line');

const Body = z.object({
  q: z
    .string()
    .max(1000)
    .optional()
    .describe(
      'Which findings, as the list of findings takes it; usually is:open, in an executive report is:open,accepted',
    ),
  run: z.string().max(60).optional().describe('What this run found'),
  workflowRun: z
    .string()
    .max(60)
    .optional()
    .describe('What this run of a workflow found, one section for each step'),
  file: z.string().max(60).optional().describe('An uploaded results file of the earlier Python program'),
  template: z
    .string()
    .min(1)
    .max(80)
    .default('technical')
    .describe(`${BUILT_IN_TEMPLATES.join(', ')}, or the name of an own template`),
  formats: z
    .array(ReportFormat)
    .min(1)
    .max(10)
    .default(['html'])
    .describe('Files to make at once; others are made when asked for'),
  title: Line(200).optional(),
  classification: Line(60)
    .optional()
    .describe('Stands in the header of every page, for example Confidential'),
  againstReport: z
    .string()
    .max(60)
    .optional()
    .describe('A delta compares with this report; usually the latest one about the same'),
  againstTime: z
    .string()
    .max(40)
    .optional()
    .describe('A delta compares with this time, for example 2026-01-31 or 7d'),
  frameworks: z
    .array(Framework)
    .max(FRAMEWORKS.length)
    .optional()
    .describe('Of the compliance template; usually all'),
  keepDays: z
    .int()
    .min(1)
    .max(36_500)
    .nullable()
    .optional()
    .describe('It is removed after so many days; null: never'),
});
type Body = z.output<typeof Body>;

export const reportGenerate = defineOperation({
  id: 'reports.generate',
  summary: 'Make a report: a snapshot of findings that never changes, and its files',
  method: 'POST',
  path: '/reports',
  permission: 'report:create',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: Body,
  output: Report.extend({
    notes: z
      .array(z.string())
      .describe('Names in the query that there are not in this project: nothing fits them'),
  }),
  status: 202,
  cli: 'report generate',
  async handler(context, { body }) {
    const { services, caller, from } = context;
    const now = Date.now();
    const template = await templateOf(context, body.template);
    const about = await aboutOf(context, body, { now, usual: usualQuery(template.base) });
    const options: ReportOptions = {
      formats: [...new Set(body.formats)],
      template,
      frameworks: [...new Set(body.frameworks ?? FRAMEWORKS)],
      classification: body.classification ?? null,
      against: await againstOf(context, { body, about, delta: template.base === 'delta', now }),
    };
    const keep = body.keepDays === undefined ? services.reportRules.keepDays : body.keepDays;
    const row: ReportRow = {
      id: newId('rpt'),
      project: caller.project,
      title: body.title ?? titleOf(template, about),
      template: template.name,
      about: JSON.stringify(about),
      status: 'queued',
      created: now,
      as_of: null,
      ended: null,
      actor: caller.id,
      findings: null,
      hash: null,
      error: null,
      schedule: /^workflow (\S+)$/.exec(from.agent)?.[1] ?? null,
      expires: keep === null ? null : now + keep * DAY_MS,
      options: JSON.stringify(options),
      progress: null,
      instance: null,
      lease: null,
      fence: 0,
    };
    const [shown] = await toReports(context, [row]);
    const notes =
      about.kind === 'query'
        ? await unknownNames(services.store.db, { project: caller.project, query: about.q })
        : [];
    const report = { ...(shown as Report), notes };
    await context.change(async ({ tx, afterCommit }) => {
      context.audit({
        subject: row.id,
        after: { title: row.title, template: row.template, about, formats: options.formats },
      });
      await tx.insertInto('report').values(row).execute();
      afterCommit(() => services.reports.start(row.id));
      return report;
    });
    return report;
  },
});

async function aboutOf(
  context: OperationContext,
  body: Body,
  { now, usual }: { now: number; usual: string },
): Promise<ReportAbout> {
  const { services, caller } = context;
  const { db } = services.store;
  const given = (['q', 'run', 'workflowRun', 'file'] as const).filter((name) => body[name] !== undefined);
  if (given.length > 1)
    throw new SentinelError(
      'invalid-parameter',
      `A report is about one of ${given.join(', ')}, not about several.`,
    );
  if (body.run !== undefined) {
    const row = await db
      .selectFrom('run')
      .select('id')
      .where('id', '=', body.run)
      .where('project', '=', caller.project)
      .executeTakeFirst();
    if (!row) throw new SentinelError('not-found', `run: there is no run ${body.run}.`);
    return { kind: 'run', run: row.id };
  }
  if (body.workflowRun !== undefined) {
    const row = await db
      .selectFrom('workflow_run')
      .select('id')
      .where('id', '=', body.workflowRun)
      .where('project', '=', caller.project)
      .executeTakeFirst();
    if (!row)
      throw new SentinelError('not-found', `workflowRun: there is no run of a workflow ${body.workflowRun}.`);
    return { kind: 'workflow-run', workflowRun: row.id };
  }
  if (body.file !== undefined) {
    const id = body.file.replace(/^upload:/, '');
    const row = await db
      .selectFrom('stored_file')
      .select(['id', 'name'])
      .where('id', '=', id)
      .where('project', '=', caller.project)
      .executeTakeFirst();
    if (!row) throw new SentinelError('not-found', `file: there is no uploaded file ${id}.`);
    return { kind: 'file', file: row.id, name: row.name };
  }
  const q = body.q ?? usual;
  readFilter(q, now, caller.id);
  return { kind: 'query', q };
}

/** An executive report says what was accepted as well: a query of what is open would leave that out without a word. */
function usualQuery(base: UsedTemplate['base']): string {
  return base === 'executive' ? 'is:open,accepted' : 'is:open';
}

/** The template as it is now: a report is not changed by what becomes of it later. */
async function templateOf({ services, caller }: OperationContext, name: string): Promise<UsedTemplate> {
  const builtIn = BUILT_IN_TEMPLATES.find((one) => one === name);
  if (builtIn) return { name: builtIn, base: builtIn, source: '', look: NO_LOOK };
  const row = await services.store.db
    .selectFrom('report_template')
    .selectAll()
    .where('project', '=', caller.project)
    .where((e) => e.or([e('id', '=', name), e('name', '=', name)]))
    .executeTakeFirst();
  if (!row)
    throw new SentinelError(
      'not-found',
      `template: there is no template '${name}'. There are ${BUILT_IN_TEMPLATES.join(', ')}, and those of \`sentinelx report template list\`.`,
    );
  const base = BUILT_IN_TEMPLATES.find((one) => one === row.base) ?? null;
  return { name: row.name, base, source: row.source, look: Look.parse(JSON.parse(row.look)) };
}

async function againstOf(
  context: OperationContext,
  { body, about, delta, now }: { body: Body; about: ReportAbout; delta: boolean; now: number },
): Promise<Against | null> {
  const { againstReport, againstTime } = body;
  if (againstReport !== undefined && againstTime !== undefined)
    throw new SentinelError(
      'invalid-parameter',
      'againstReport, againstTime: a delta compares with one of them.',
    );
  if (about.kind === 'file') {
    if (delta)
      throw new SentinelError(
        'invalid-parameter',
        'template: a results file cannot be compared with an earlier state.',
      );
    return null;
  }
  if (againstReport !== undefined) return asAgainst(await ownReport(context, againstReport));
  if (againstTime !== undefined) {
    const moment = readMoment(againstTime, now);
    if (!moment)
      throw new SentinelError(
        'invalid-parameter',
        `againstTime: '${againstTime}' is not a time, such as 2026-01-31 or 7d.`,
      );
    if (about.kind !== 'query')
      throw new SentinelError(
        'invalid-parameter',
        'againstTime: a run is compared with a report, not with a time.',
      );
    return { kind: 'time', time: moment.from };
  }
  if (!delta) return null;
  const latest = await context.services.store.db
    .selectFrom('report')
    .selectAll()
    .where('project', '=', context.caller.project)
    .where('about', '=', JSON.stringify(about))
    .where('status', '=', 'ready')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return latest ? asAgainst(latest) : { kind: 'nothing' };
}

function asAgainst(row: ReportRow): Against {
  if (row.status === 'failed') throw notReady(row);
  if (row.as_of === null || row.status !== 'ready')
    throw new SentinelError(
      'report-not-ready',
      `The report ${row.id} is ${row.status}: nothing can be compared with it yet.`,
    );
  return { kind: 'report', report: row.id, title: row.title, asOf: Number(row.as_of) };
}

function titleOf(template: UsedTemplate, about: ReportAbout): string {
  const name = `${template.name.charAt(0).toUpperCase()}${template.name.slice(1)} report`;
  switch (about.kind) {
    case 'query':
      return name;
    case 'run':
      return `${name} of a run`;
    case 'workflow-run':
      return `${name} of a workflow run`;
    case 'file':
      return `${name}: ${about.name}`.slice(0, 200);
  }
}
