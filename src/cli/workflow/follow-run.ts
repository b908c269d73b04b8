import { workflowRunHasEnded } from '../../model/workflow.ts';
import { workflowRunGet } from '../../operations/workflow-runs.ts';
import type { Session } from '../session.ts';
import type { StepDisplay } from './progress.ts';

/** The stream tells the end; where it is silent the run itself is asked. */
const ASK_EVERY_MS = 10_000;

/** Shows how a run goes until it has ended, over lost connections too. Rejects when the server stays away. */
export async function whenWorkflowEnded(session: Session, run: string, display: StepDisplay): Promise<void> {
  const stop = new AbortController();
  const end = Promise.withResolvers<void>();
  const askQuietly = () =>
    void session
      .call(workflowRunGet, { path: { id: run } })
      .then(({ status }) => {
        if (workflowRunHasEnded(status)) end.resolve();
      })
      .catch(() => undefined);
  const timer = setInterval(askQuietly, ASK_EVERY_MS);
  const following = session
    .follow(
      `run:${run}`,
      undefined,
      {
        events(list) {
          display.events(list);
          if (list.some((event) => event.type === 'workflow-run.ended')) end.resolve();
        },
        gap: askQuietly,
        connection: (state) =>
          display.say(state === 'lost' ? 'connection lost; trying again …' : 'connected again'),
      },
      stop.signal,
    )
    .then(end.resolve, end.reject);
  try {
    await end.promise;
  } finally {
    clearInterval(timer);
    stop.abort();
    await following;
  }
}
