import type { FromWorker } from '../../workflows/scale/remote/messages.ts';

type Report = Extract<FromWorker, { type: 'report' | 'end' }>;
type Unnumbered = Report extends infer One ? (One extends Report ? Omit<One, 'run' | 'seq'> : never) : never;

/** Log lines that may be on their way; more wait. Everything else waits until it is stored. */
const MOST_LOG = 200;

export type Reports = ReturnType<typeof createReports>;

/** What a run reports to its server: numbered, kept until the server says that it is stored, sent again on the next connection. */
export function createReports(run: string, send: (message: Report) => void) {
  let last = 0;
  let stored = 0;
  let dropped = false;
  const kept: Report[] = [];
  let waiting: { seq: number; done(): void }[] = [];

  function add(message: Unnumbered): number {
    last += 1;
    if (dropped) return last;
    const report = { ...message, run, seq: last } as Report;
    kept.push(report);
    send(report);
    return last;
  }

  function whenStored(seq: number): Promise<void> {
    if (seq <= stored) return Promise.resolve();
    return new Promise((done) => waiting.push({ seq, done }));
  }

  return {
    /** Resolves when the server has stored it. */
    async keep(message: Unnumbered): Promise<void> {
      await whenStored(add(message));
    },
    async log(message: Unnumbered): Promise<void> {
      await whenStored(add(message) - MOST_LOG);
    },
    acknowledged(upTo: number): void {
      stored = Math.max(stored, upTo);
      const left = kept.findIndex(({ seq }) => seq > stored);
      kept.splice(0, left < 0 ? kept.length : left);
      const done = waiting.filter(({ seq }) => seq <= stored);
      waiting = waiting.filter(({ seq }) => seq > stored);
      for (const one of done) one.done();
    },
    sendAgain(): void {
      for (const report of kept) send(report);
    },
    /** Nobody wants it any more. */
    drop(): void {
      dropped = true;
      this.acknowledged(Number.POSITIVE_INFINITY);
    },
  };
}
