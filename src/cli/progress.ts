import pc from 'picocolors';
import type { LiveEvent, LiveFeed } from '../engine/live-feed.ts';
import { visibleText } from '../lib/visible-text.ts';

const PLAIN_EVERY_MS = 5_000;

/** A bar on a terminal, a line now and then elsewhere; on the error output, so that the result stays clean. */
export function showProgress(feed: LiveFeed, run: string) {
  const stop = new AbortController();
  const terminal = process.stderr.isTTY === true;
  let found = 0;
  let lastPlain = Date.now();
  const show = (event: LiveEvent) => {
    if (event.type.startsWith('finding.') && event.type !== 'finding.fixed') found += 1;
    if (event.type !== 'run.progress') return;
    const { done, total, note } = event.data as { done: number; total: number | null; note: string | null };
    if (terminal)
      process.stderr.write(
        `\r\x1b[2K${bar(done, total)} ${found} findings ${pc.dim(visibleText(note ?? '').slice(0, Math.max(10, (process.stderr.columns ?? 80) - 55)))}`,
      );
    else if (Date.now() - lastPlain >= PLAIN_EVERY_MS) {
      lastPlain = Date.now();
      process.stderr.write(`progress ${percent(done, total)}, ${found} findings\n`);
    }
  };
  const following = feed
    .follow(
      { kind: 'run', run },
      undefined,
      { events: async (list) => list.forEach(show), gap: () => undefined },
      stop.signal,
    )
    .catch(() => undefined);
  return {
    async stop() {
      stop.abort();
      await following;
      feed.close();
      if (terminal) process.stderr.write('\r\x1b[2K');
    },
  };
}

function bar(done: number, total: number | null): string {
  const width = 24;
  if (!total) return pc.cyan('·'.repeat(width));
  const filled = Math.min(width, Math.round((done / total) * width));
  return `${pc.cyan('█'.repeat(filled))}${pc.dim('░'.repeat(width - filled))} ${percent(done, total).padStart(4)}`;
}

function percent(done: number, total: number | null): string {
  return total ? `${Math.min(100, Math.floor((done / total) * 100))}%` : String(done);
}
