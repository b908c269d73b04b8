import type { WorkflowRunStatus } from '../../model/workflow.ts';
import { approvalDecide } from '../../operations/approvals.ts';
import { workflowRunCancel } from '../../operations/workflow-run-changes.ts';
import { workflowRunGet, workflowRunList } from '../../operations/workflow-runs.ts';
import { readPages } from '../pages.ts';
import { duration, localTime, print } from '../print.ts';
import { shortId } from '../run/findings-table.ts';
import { type ProjectOptions, type Session, withSession } from '../session.ts';
import { table } from '../table.ts';
import { openTerminal } from '../terminal.ts';
import { cancelOnSignal } from './cancel-on-signal.ts';
import { whenWorkflowEnded } from './follow-run.ts';
import { showSteps } from './progress.ts';
import { resolveApproval, resolveWorkflowRun } from './resolve-workflow-run.ts';
import { leftText, runStatusText, statusPage } from './run-text.ts';

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
    const status = await endHere(session, id, options);
    const answer = status === undefined ? run : { ...run, status };
    print(
      answer,
      options,
      (terminal) => `run ${shortId(run.id)} is ${runStatusText(terminal, answer.status)}`,
    );
  });
}

/** Where no other process goes on with a run, what cleans up is done by this one. */
async function endHere(
  session: Session,
  id: string,
  options: ProjectOptions,
): Promise<WorkflowRunStatus | undefined> {
  if (session.place.kind !== 'embedded') return undefined;
  const { carrier } = await session.call(workflowRunGet, { path: { id } });
  if (carrier !== 'here') return undefined;
  const display = showSteps(openTerminal(process.stderr, options));
  const signals = cancelOnSignal(session);
  signals.watch(id);
  try {
    await whenWorkflowEnded(session, id, display).finally(display.stop);
  } finally {
    signals.off();
  }
  return (await session.call(workflowRunGet, { path: { id } })).status;
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
    const left =
      session.place.kind === 'embedded' &&
      (await session.call(workflowRunGet, { path: { id: approval.run } })).carrier === 'nobody';
    print(
      approval,
      options,
      (terminal) =>
        `${terminal.c.green(approval.status)}: ${approval.step} of ${approval.workflow}, run ${shortId(approval.run)}${left ? `\n${leftText(terminal, approval.run)}` : ''}`,
    );
  });
}
