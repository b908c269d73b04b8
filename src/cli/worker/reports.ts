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
  const kept: Report[] = [];
  const waiting: { seq: number; done(): void }[] = [];

  function add(message: Unnumbered): number {
    last += 1;
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
      while (kept[0] !== undefined && kept[0].seq <= stored) kept.shift();
      for (const one of waiting.filter(({ seq }) => seq <= stored)) {
        waiting.splice(waiting.indexOf(one), 1);
        one.done();
      }
    },
    sendAgain(): void {
      for (const report of kept) send(report);
    },
    /** Nobody wants it any more. */
    drop(): void {
      this.acknowledged(Number.POSITIVE_INFINITY);
    },
  };
}
