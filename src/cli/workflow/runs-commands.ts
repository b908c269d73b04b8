import { approvalDecide } from '../../operations/approvals.ts';
import { workflowRunCancel } from '../../operations/workflow-run-changes.ts';
import { workflowRunGet, workflowRunList } from '../../operations/workflow-runs.ts';
import { readPages } from '../pages.ts';
import { duration, localTime, print } from '../print.ts';
import { shortId } from '../run/findings-table.ts';
import { type ProjectOptions, withSession } from '../session.ts';
import { table } from '../table.ts';
import { resolveApproval, resolveWorkflowRun } from './resolve-workflow-run.ts';
import { runStatusText, statusPage } from './run-text.ts';

interface ListOptions extends ProjectOptions {
  limit: number;
  status?: string;
  workflow?: string;
  trigger?: 'manual' | 'schedule' | 'event' | 'webhook' | 'workflow' | 'rerun';
  cursor?: string;
  all?: boolean;
}

export async function listWorkflowRunsCommand(options: ListOptions): Promise<void> {
  await withSession(options, async (session) => {
    const { limit, status, workflow, trigger } = options;
    const filter = {
      ...(status ? { status } : {}),
      ...(workflow ? { workflow } : {}),
      ...(trigger ? { trigger } : {}),
    };
    const list = await readPages(
      (cursor) =>
        session.call(workflowRunList, {
          query: { limit: options.all ? 1000 : limit, ...filter, ...(cursor ? { cursor } : {}) },
        }),
      options,
    );
    print(list, options, (terminal) => {
      if (list.items.length === 0) return 'No workflow has run yet: sentinelx workflow template shows some.';
      const runs = list.items;
      const text = table(
        terminal,
        [
          { title: 'RUN', paint: terminal.c.bold },
          { title: 'STARTED', paint: terminal.c.dim },
          {
            title: 'STATUS',
            paint: (cell, row) =>
              cell.replace(cell.trim(), runStatusText(terminal, runs[row]?.status ?? 'done')),
          },
          { title: 'WORKFLOW', min: 12 },
          { title: 'BY' },
          { title: 'TIME', align: 'right' },
          { title: 'ERROR', min: 12, paint: terminal.c.dim },
        ],
        runs.map((run) => [
          shortId(run.id),
          localTime(run.created),
          run.status,
          run.name,
          run.trigger.kind,
          run.ended === null ? '' : duration(run.ended - (run.started ?? run.created)),
          run.error?.message ?? '',
        ]),
      );
      return list.nextCursor === null ? text : `${text}\n${terminal.c.dim('there are more: --all')}`;
    });
  });
}

export async function statusCommand(named: string, options: ProjectOptions): Promise<void> {
  await withSession(options, async (session) => {
    const id = await resolveWorkflowRun(session, named);
    const run = await session.call(workflowRunGet, { path: { id } });
    print(run, options, (terminal) => statusPage(terminal, run));
  });
}

export async function cancelWorkflowCommand(
  named: string,
  options: ProjectOptions & { force?: boolean },
): Promise<void> {
  await withSession(options, async (session) => {
    const id = await resolveWorkflowRun(session, named);
    const force = options.force ?? false;
    const { run } = await session.call(workflowRunCancel, { path: { id }, body: { force } });
    print(run, options, (terminal) => `run ${shortId(run.id)} is ${runStatusText(terminal, run.status)}`);
  });
}

export async function decideCommand(
  named: string,
  approve: boolean,
  options: ProjectOptions & { comment?: string },
): Promise<void> {
  await withSession(options, async (session) => {
    const id = await resolveApproval(session, named);
    const { comment } = options;
    const approval = await session.call(approvalDecide, {
      path: { id },
      body: { approve, ...(comment === undefined ? {} : { comment }) },
    });
    print(
      approval,
      options,
      (terminal) =>
        `${terminal.c.green(approval.status)}: ${approval.step} of ${approval.workflow}, run ${shortId(approval.run)}`,
    );
  });
}
