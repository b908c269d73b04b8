/** So long one batch of jobs may keep the event loop. */
const TURN_MS = 5;

/**
 * Runs jobs in order of arrival, as many as fit into some milliseconds, then lets everything else of the event loop have its turn: two
 * hundred sockets that are written to one after the other would else keep a request waiting for all of them.
 */
export function createTurns(turnMs = TURN_MS) {
  let waiting: (() => void)[] = [];
  let going = false;

  function go(): void {
    const end = performance.now() + turnMs;
    let done = 0;
    while (done < waiting.length && performance.now() < end) {
      waiting[done]?.();
      done += 1;
    }
    waiting = waiting.slice(done);
    going = waiting.length > 0;
    if (going) setImmediate(go);
  }

  return function inTurn<T>(job: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      waiting.push(() => {
        try {
          resolve(job());
        } catch (error) {
          reject(error);
        }
      });
      if (going) return;
      going = true;
      setImmediate(go);
    });
  };
}
