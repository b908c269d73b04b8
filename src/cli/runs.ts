import { visibleText } from '../lib/visible-text.ts';
import type { LogLevel, Run } from '../model/run.ts';
import { cancelRun, runArtifacts, runList, runLog } from '../operations/runs.ts';
import { resolveRun } from './by-end.ts';
import type { GlobalOptions } from './globals.ts';
import { readPages } from './pages.ts';
import { localTime, print } from './print.ts';
import { runText, shortId, statusText } from './run/findings-table.ts';
import { readReport } from './run/report.ts';
import { withSession } from './session.ts';
import { facts, table } from './table.ts';
import type { Terminal } from './terminal.ts';

interface ListOptions extends GlobalOptions {
  limit: number;
  status?: string;
  task?: string;
  query?: string;
  cursor?: string;
  all?: boolean;
}

export async function listRunsCommand(options: ListOptions): Promise<void> {
  await withSession(options, async (session) => {
    const { limit, status, task, query: q } = options;
    const filter = { ...(status ? { status } : {}), ...(task ? { task } : {}), ...(q ? { q } : {}) };
    const list = await readPages(
      (cursor) =>
        session.call(runList, {
          query: { limit: options.all ? 1000 : limit, ...filter, ...(cursor ? { cursor } : {}) },
        }),
      options,
    );
    print(list, options, (terminal) => {
      if (list.items.length === 0) return 'No runs yet. Start one: sentinelx run secrets-scan -p path=.';
      const more =
        list.nextCursor === null
          ? ''
          : `\n${terminal.c.dim(`there are more: --all, or --limit ${Math.min(1000, limit * 2)}`)}`;
      return `${runTable(terminal, list.items)}${more}`;
    });
  });
}

function runTable(terminal: Terminal, runs: readonly Run[]): string {
  const { c } = terminal;
  return table(
    terminal,
    [
      { title: 'RUN', paint: c.bold },
      { title: 'STARTED', paint: c.dim },
      {
        title: 'STATUS',
        paint: (text, row) => text.replace(text.trim(), statusText(terminal, runs[row]?.status ?? 'done')),
      },
      { title: 'TASK', min: 10 },
      { title: 'TARGET', min: 12, cut: 'middle' },
      { title: 'FOUND', align: 'right' },
      { title: 'NEW', align: 'right', paint: c.green },
    ],
    runs.map((run) => [
      shortId(run.id),
      localTime(run.created),
      run.status,
      run.task,
      run.target ?? '',
      String(run.counts.new + run.counts.seen + run.counts.reopened),
      run.counts.new > 0 ? `+${run.counts.new}` : '',
    ]),
  );
}

export async function showRunCommand(named: string, options: GlobalOptions): Promise<void> {
  await withSession(options, async (session) => {
    const id = await resolveRun(session, named);
    const report = await readReport(session, id);
    const artifacts = (await session.call(runArtifacts, { path: { id } })).items;
    print({ ...report, artifacts }, options, (terminal) => {
      const { run } = report;
      const head = facts(terminal, [
        ['run', run.id],
        ['task', `${run.task} (version ${run.taskVersion})`],
        ['target', run.target],
        ['parameters', JSON.stringify(run.params)],
        ['by', run.principal],
        ['started', localTime(run.started ?? run.created)],
        ['repeats', run.rerunOf],
      ]);
      const files =
        artifacts.length === 0
          ? ''
          : `\n\nFiles:\n${table(
              terminal,
              [{ min: 20 }, { align: 'right' }, {}],
              artifacts.map((file) => [file.name, `${file.size} B`, file.mediaType]),
              2,
            )}`;
      return `${head}\n\n${runText(terminal, report, options.verbose)}${files}`;
    });
  });
}

const LEVEL_PAINT: Record<LogLevel, (terminal: Terminal, text: string) => string> = {
  debug: ({ c }, text) => c.dim(text),
  info: (_terminal, text) => text,
  warn: ({ c }, text) => c.yellow(text),
  error: ({ c }, text) => c.red(text),
};

export async function runLogCommand(named: string, options: GlobalOptions): Promise<void> {
  await withSession(options, async (session) => {
    const id = await resolveRun(session, named);
    const lines: Awaited<ReturnType<typeof page>>['items'] = [];
    const page = (after: string | undefined) =>
      session.call(runLog, { path: { id }, query: { limit: 1000, ...(after ? { after } : {}) } });
    for (let after: string | undefined, more = true; more; ) {
      const next = await page(after);
      lines.push(...next.items);
      after = next.nextCursor ?? undefined;
      more = after !== undefined;
    }
    print(lines, options, (terminal) =>
      lines.length === 0
        ? 'The run logged nothing.'
        : lines
            .map(
              (line) =>
                `${terminal.c.dim(localTime(line.time).slice(11))}  ${LEVEL_PAINT[line.level](terminal, `${line.level.padEnd(5)}  ${visibleText(line.text)}`)}`,
            )
            .join('\n'),
    );
  });
}

export async function cancelRunCommand(named: string, options: GlobalOptions): Promise<void> {
  await withSession(options, async (session) => {
    const id = await resolveRun(session, named);
    const { run } = await session.call(cancelRun, { path: { id } });
    print(run, options, (terminal) => `run ${shortId(run.id)} is ${statusText(terminal, run.status)}`);
  });
}
