import { setTimeout as sleep } from 'node:timers/promises';
import type * as z from 'zod';
import { SentinelError } from '../lib/errors.ts';
import { hasEnded } from '../model/run.ts';
import { cancelMany, type RunJob, rerunMany, runJob, runJobItems } from '../operations/run-jobs.ts';
import { runGet } from '../operations/runs.ts';
import { resolveRun } from './by-end.ts';
import { readPages } from './pages.ts';
import { plural, print } from './print.ts';
import { cancelRunCommand } from './runs.ts';
import { type ProjectOptions, type Session, withSession } from './session.ts';
import { openTerminal, type Terminal } from './terminal.ts';

interface ManyOptions extends ProjectOptions {
  query?: string;
  dryRun?: boolean;
}

type Job = z.output<typeof RunJob>;
type Action = Job['action'];

const ASK_EVERY_MS = 200;
const CLEAR = '\r\x1b[2K';

export function cancelRunsCommand(named: readonly string[], options: ManyOptions): Promise<void> {
  const [only] = named;
  if (named.length === 1 && only !== undefined && isPlain(options)) return cancelRunCommand(only, options);
  return manyCommand('cancel', named, options);
}

export async function rerunRunsCommand(named: readonly string[], options: ManyOptions): Promise<void> {
  const [only] = named;
  if (named.length === 1 && only !== undefined && isPlain(options))
    return (await import('./run/run-command.ts')).rerunCommand(only, options);
  return manyCommand('rerun', named, options);
}

function isPlain({ query, dryRun }: ManyOptions): boolean {
  return query === undefined && !dryRun;
}

async function manyCommand(action: Action, named: readonly string[], options: ManyOptions): Promise<void> {
  if (named.length > 0 === (options.query !== undefined))
    throw new SentinelError('wrong-usage', 'Name runs by id, or all that fit with --query: one of the two.');
  await withSession(options, async (session) => {
    const which =
      options.query === undefined
        ? { ids: await Promise.all(named.map((one) => resolveRun(session, one))) }
        : { q: options.query };
    const body = { ...which, ...(options.dryRun && { dryRun: true }) };
    const { job, preview } = await session.call(action === 'cancel' ? cancelMany : rerunMany, { body });
    if (preview) return print({ preview }, options, (terminal) => previewText(terminal, action, preview));
    if (!job) return;
    const terminal = openTerminal(process.stderr, options);
    const ended = await whenJobEnded(session, job, terminal);
    if (action === 'rerun') await whenRunsEnded(session, ended, terminal);
    print({ job: ended }, options, (out) => jobText(out, ended));
    if (ended.status !== 'done' || (ended.changed === 0 && ended.total > 0)) process.exitCode = 1;
  });
}

async function whenJobEnded(session: Session, job: Job, terminal: Terminal): Promise<Job> {
  let now = job;
  while (now.ended === null) {
    if (terminal.interactive) terminal.write(`${CLEAR}${now.done} of ${now.total}`);
    await sleep(ASK_EVERY_MS);
    now = await session.call(runJob, { path: { id: job.id } });
  }
  if (terminal.interactive) terminal.write(CLEAR);
  return now;
}

/** Without a server the new runs are done by this process: it stays until they are. */
async function whenRunsEnded(session: Session, job: Job, terminal: Terminal): Promise<void> {
  const { items } = await readPages(
    (cursor) =>
      session.call(runJobItems, {
        path: { id: job.id },
        query: { limit: 1000, state: 'changed', ...(cursor ? { cursor } : {}) },
      }),
    { all: true },
  );
  for (const [at, { made }] of items.entries()) {
    if (terminal.interactive) terminal.write(`${CLEAR}${at} of ${items.length} have ended`);
    while (made !== null && !hasEnded((await session.call(runGet, { path: { id: made } })).status))
      await sleep(ASK_EVERY_MS);
  }
  if (terminal.interactive) terminal.write(CLEAR);
}

const DONE: Readonly<Record<Action, string>> = { cancel: 'cancelled', rerun: 'run again' };

function jobText({ c }: Terminal, job: Job): string {
  const lines = [`${plural(job.changed, 'run')} ${DONE[job.action]}`];
  if (job.status === 'stopped') lines.unshift(`${c.yellow('stopped')} after ${job.done} of ${job.total}`);
  if (job.status === 'failed') lines.unshift(`${c.red('failed')}: ${job.error ?? ''}`);
  return [...lines, ...skippedText(job.skipped, 'left as they are')].join('\n');
}

function previewText(
  { c }: Terminal,
  action: Action,
  preview: { total: number; changes: number; skipped: Job['skipped'] },
): string {
  return [
    c.bold(`${preview.changes} of ${plural(preview.total, 'run')} would be ${DONE[action]}`),
    ...skippedText(preview.skipped, 'would be left as they are'),
    c.dim('nothing was changed'),
  ].join('\n');
}

function skippedText(skipped: Job['skipped'], what: string): string[] {
  return skipped.map(({ count, words }) => `  ${count} ${what}: ${words}`);
}
