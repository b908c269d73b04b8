/**
 * Places where the kill test ends the process: before and after each commit and each effect outside of the store. Without the
 * test nobody listens and a call does nothing. `test/crash/points.ts` lists them.
 */
export type CrashPoints = (name: string) => void;

let listener: CrashPoints | undefined;

export function crashPoint(name: string): void {
  listener?.(name);
}

/** Only for a process that is there to be killed. */
export function installCrashPoints(next: CrashPoints): void {
  listener = next;
}
