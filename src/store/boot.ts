import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

/** Clocks are set and uptime is rounded; two boots of one machine are further apart. */
const TOLERANCE_MS = 30_000;

/** Names the present boot of this machine: the kernel's id of it, else the time at which it began. */
export function bootMark(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return `up:${Math.round(Date.now() - uptime() * 1000)}`;
  }
}

export function sameBoot(one: string, other: string): boolean {
  if (one === other) return true;
  const [began, otherBegan] = [beginning(one), beginning(other)];
  return Math.abs(began - otherBegan) <= TOLERANCE_MS;
}

function beginning(mark: string): number {
  return mark.startsWith('up:') ? Number(mark.slice(3)) : Number.NaN;
}
