import { hasEnded } from '../../model/run.ts';
import { runGet } from '../../operations/runs.ts';
import type { Session } from '../session.ts';
import type { ProgressDisplay } from './progress.ts';

/** The stream tells the end; where it is silent (a connection that died without a word) the run itself is asked. */
const ASK_EVERY_MS = 10_000;

/** Shows how a run goes until it has ended, over lost connections too. Rejects when the server stays away. */
export async function whenEnded(session: Session, run: string, display: ProgressDisplay): Promise<void> {
  const stop = new AbortController();
  const end = Promise.withResolvers<void>();
  const ask = async () => {
    const { status } = await session.call(runGet, { path: { id: run } });
    if (hasEnded(status)) end.resolve();
  };
  // The stream decides when a server is gone for good.
  const askQuietly = () => void ask().catch(() => undefined);
  const timer = setInterval(askQuietly, ASK_EVERY_MS);
  const following = session
    .follow(
      `run:${run}`,
      undefined,
      {
        events(list) {
          display.events(list);
          if (list.some((event) => event.type === 'run.ended')) end.resolve();
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
