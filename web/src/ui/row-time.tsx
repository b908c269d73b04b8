import { type ReactNode, useSyncExternalStore } from 'react';
import { exactTime, relativeTime } from './clock.ts';
import { preference, usePreference } from './preferences.ts';

const EVERY_MS = 30_000;

const watchers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let read = 0;

/**
 * As `When`, for rows of a list that is scrolled: one clock for all of them, and the browser's own tooltip. A row with a tooltip and a
 * timer of its own took most of the time that a frame has.
 */
export function RowWhen({ time }: { time: number }) {
  return rowTime(time, useRowClock());
}

/** The time from which rows tell ages; what uses it is drawn again when the time or its zone changes. */
export function useRowClock(): number {
  usePreference('zone');
  return useSyncExternalStore(watch, lately);
}

/** The same for rows that are given the time, as they are drawn by the dozen in each frame. */
export function rowTime(time: number, now: number): ReactNode {
  return (
    <time dateTime={new Date(time).toISOString()} title={exactly(time)}>
      {relativeTime(time, time > now && time - now < 60_000 ? time : now)}
    </time>
  );
}

/** Findings of one scan share their times, and to write one out is the dearest part of a row. */
const written = { zone: '', texts: new Map<number, string>() };
const WRITTEN = 2000;

function exactly(time: number): string {
  const zone = preference('zone');
  if (written.zone !== zone || written.texts.size > WRITTEN) {
    written.texts.clear();
    written.zone = zone;
  }
  const text = written.texts.get(time) ?? exactTime(time);
  written.texts.set(time, text);
  return text;
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  timer ??= setInterval(() => {
    for (const one of watchers) one();
  }, EVERY_MS);
  return () => {
    watchers.delete(watcher);
    if (watchers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The same value for a while: React asks for it often. */
function lately(): number {
  const now = Date.now();
  if (now - read >= EVERY_MS) read = now;
  return read;
}
