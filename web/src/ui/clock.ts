import { useEffect, useState } from 'react';
import { once } from './once.ts';
import { preference } from './preferences.ts';

const clock = formatOf({ timeStyle: 'medium' });
const exact = formatOf({ dateStyle: 'medium', timeStyle: 'long' });
const date = formatOf({ dateStyle: 'medium' });
const day = formatOf({ month: 'short', day: 'numeric' });
const relative = once(() => new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' }));

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
];

export function relativeTime(time: number, now: number): string {
  const distance = time - now;
  for (const [unit, size] of STEPS) {
    if (Math.abs(distance) >= size) return relative().format(Math.trunc(distance / size), unit);
  }
  return relative().format(0, 'second');
}

export function clockTime(time: number): string {
  return clock(time);
}

/** Day and time with the name of the zone. */
export function exactTime(time: number): string {
  return exact(time);
}

/** The day with its year, for what ends on it. */
export function dateOf(time: number): string {
  return date(time);
}

/** The day as a short text for an axis. */
export function dayOf(time: number): string {
  return day(time);
}

function formatOf(options: Intl.DateTimeFormatOptions): (time: number) => string {
  const local = once(() => new Intl.DateTimeFormat(undefined, options));
  const utc = once(() => new Intl.DateTimeFormat(undefined, { ...options, timeZone: 'UTC' }));
  return (time) => (preference('zone') === 'utc' ? utc() : local()).format(time);
}

/** How long something took that is over: `0.4 s`, then as a clock. */
export function elapsed(milliseconds: number): string {
  return milliseconds < 10_000 ? `${(milliseconds / 1000).toFixed(1)} s` : duration(milliseconds);
}

/** `0:07`, `12:03`, `1:02:09`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const tail = `${h > 0 ? String(m).padStart(2, '0') : m}:${String(s).padStart(2, '0')}`;
  return h > 0 ? `${h}:${tail}` : tail;
}

export function useNow(everyMs: number, active = true): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!active) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs, active]);
  return now;
}

/** What has just happened on a server whose clock is ahead has not yet happened here. */
export function isClockSkew(time: number, now: number): boolean {
  return time > now && time - now < 60_000;
}
