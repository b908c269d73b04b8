/** A terminal sends Ctrl-C to the launcher and to us, and the launcher passes it on: within this time it is one key press. */
const SAME_PRESS_MS = 250;

/** Calls `first` for the first signal that asks to stop and `again` for the next. Returns what takes it off. */
export function onStop(first: (signal: NodeJS.Signals) => void, again: () => void): () => void {
  let asked: number | undefined;
  const handle = (signal: NodeJS.Signals) => {
    if (asked === undefined) {
      asked = Date.now();
      first(signal);
    } else if (Date.now() - asked > SAME_PRESS_MS) again();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, handle);
  return () => {
    for (const signal of signals) process.off(signal, handle);
  };
}
