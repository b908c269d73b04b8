import type { OrderElsewhere } from '../../../engine/elsewhere.ts';
import { readFromOwnTask } from '../../../engine/isolation/from-own-task.ts';
import type { RunReceiver, RunResult } from '../../../engine/run-process.ts';
import { SentinelError } from '../../../lib/errors.ts';
import type { FromWorker, ToWorker } from './messages.ts';

/** A run that was cancelled and whose worker says nothing more has ended after so long: its process gets 6 s. */
const CANCEL_MS = 10_000;

export type RemoteRun = ReturnType<typeof openRemoteRun>;
type Report = Extract<FromWorker, { type: 'report' | 'end' }>;

/** The server's side of a run that a worker of another network does: its reports are stored one by one, in their order, once. */
export function openRemoteRun(
  order: OrderElsewhere,
  receiver: RunReceiver,
  send: (message: ToWorker) => void,
) {
  const { run, signal } = order;
  let received = 0;
  let stored = 0;
  let work = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let settle: (result: RunResult) => void = () => {};
  const result = new Promise<RunResult>((resolve) => {
    settle = resolve;
  });
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();

  function cancel(): void {
    send({ type: 'cancel', run });
    const error = new SentinelError('task-failed', 'The run was cancelled.');
    timer ??= setTimeout(() => settle({ ok: false, cancelled: true, error }), CANCEL_MS);
  }

  async function keep(report: Report): Promise<void> {
    if (report.type === 'end') {
      const { result: end } = report;
      settle(
        end.ok
          ? { ok: true, output: end.output ?? null }
          : { ok: false, cancelled: end.cancelled, error: new SentinelError(end.code, end.message) },
      );
    } else await hand(report.message);
    stored = report.seq;
    send({ type: 'ack', run, upTo: stored });
  }

  /** It comes from outside: everything is read as if a stranger had written it. */
  async function hand(message: unknown): Promise<void> {
    const read = readFromOwnTask(withBytes(message));
    if (read.type === 'events') await receiver.events(read.list);
    else if (read.type === 'log') await receiver.log(read);
    else if (read.type === 'artifact' || read.type === 'chunk' || read.type === 'artifact-end')
      await receiver.artifact(read);
    else throw new SentinelError('task-protocol', `A worker reported ${read.type}, which is no report.`);
  }

  return {
    order,
    result: result.finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
    }),
    upTo: () => stored,
    begun: () => received > 0,
    /** What a lost connection may have swallowed. */
    sayAgain: () => void (signal.aborted && send({ type: 'cancel', run })),
    /** One that came before is only said to be stored; it may come again when a connection broke before that was heard. */
    report(report: Report): void {
      if (report.seq <= stored) send({ type: 'ack', run, upTo: stored });
      if (report.seq !== received + 1) return;
      received = report.seq;
      work = work
        .then(() => keep(report))
        .catch((error: unknown) => {
          settle({
            ok: false,
            cancelled: false,
            error:
              error instanceof SentinelError
                ? error
                : new SentinelError('internal', 'What the worker reported was not stored.', { cause: error }),
          });
          send({ type: 'refused', run });
        });
    },
    async secret({ id, name }: { id: number; name: string }): Promise<void> {
      try {
        if (!order.secret)
          throw new SentinelError('forbidden', 'This task did not declare the power secret.');
        send({ type: 'secret', run, id, value: await order.secret(name) });
      } catch (error) {
        const { code, message } =
          error instanceof SentinelError ? error : new SentinelError('internal', 'It could not be read.');
        send({ type: 'secret', run, id, code, message });
      }
    },
    lost(): void {
      settle({
        ok: false,
        cancelled: false,
        error: new SentinelError('worker-lost', 'The worker that did it does not answer any more.'),
      });
    },
  };
}

function withBytes(message: unknown): unknown {
  if (typeof message !== 'object' || message === null) return message;
  const { bytes } = message as { bytes?: unknown };
  return typeof bytes === 'string'
    ? { ...message, bytes: new Uint8Array(Buffer.from(bytes, 'base64')) }
    : message;
}
