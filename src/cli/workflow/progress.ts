import type { LiveEvent } from '../../engine/live-feed.ts';
import { visibleText } from '../../lib/visible-text.ts';
import type { EventData } from '../../model/event.ts';
import { duration } from '../print.ts';
import { shortId } from '../run/findings-table.ts';
import { oneLine, pad, shorten, type Terminal } from '../terminal.ts';
import { stepStatusText } from './run-text.ts';

const CLEAR = '\r\x1b[2K';
const DRAW_EVERY_MS = 120;
const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

export interface StepDisplay {
  events(list: readonly LiveEvent[]): void;
  say(text: string): void;
  stop(): void;
}

interface Running {
  since: number;
  items: number;
  done: number;
}

/** One line a step when it has ended or waits; on a terminal the steps at work stand below, alive. */
export function showSteps(terminal: Terminal): StepDisplay {
  const running = new Map<string, Running>();
  const timer = terminal.interactive ? setInterval(draw, DRAW_EVERY_MS) : undefined;
  timer?.unref();

  function line(text: string): void {
    terminal.write(`${terminal.interactive ? CLEAR : ''}${text}\n`);
  }

  function draw(): void {
    if (running.size === 0) return;
    const mark = SPINNER[Math.floor(Date.now() / DRAW_EVERY_MS) % SPINNER.length];
    const steps = [...running].map(([name, { since, items, done }]) => {
      const time = duration(Date.now() - since);
      return items > 0 ? `${name} (${done} of ${items} items, ${time})` : `${name} (${time})`;
    });
    const text = shorten(steps.join(', '), terminal.width - 3);
    terminal.write(`${CLEAR}${terminal.c.cyan(mark ?? '')} ${text}`);
  }

  function step(event: LiveEvent): void {
    const data = event.data as unknown as EventData<'workflow-step.changed'>;
    const { step: name, item, status, waitsFor, error, attempt } = data;
    const entry = running.get(name) ?? { since: event.time, items: 0, done: 0 };
    if (item !== null) {
      running.set(name, count(entry, item, status));
      return;
    }
    if (status === 'running' || (status === 'waiting' && waitsFor === 'items')) {
      running.set(name, entry);
      return;
    }
    if (status === 'waiting') {
      running.delete(name);
      // The question of an approval comes by itself, with how it is answered.
      if (waitsFor === 'approval') return;
      const why =
        waitsFor === 'retry'
          ? `tries again after attempt ${attempt}: ${oneLine(error?.message ?? '')}`
          : `waits for ${waitsFor === 'event' ? 'an event' : 'its time'}`;
      line(`${terminal.c.cyan(pad('waiting', 9))}  ${name}  ${terminal.c.dim(why)}`);
      return;
    }
    const time = running.has(name) ? duration(event.time - entry.since) : '';
    running.delete(name);
    const items = entry.items > 0 ? `${entry.done} of ${entry.items} items` : '';
    const tail = [time, items].filter(Boolean).join(', ');
    const why = error === null ? '' : `\n           ${oneLine(error.message)}`;
    line(
      `${stepStatusText(terminal, status, 9)}  ${name}${tail === '' ? '' : `  ${terminal.c.dim(tail)}`}${why}`,
    );
  }

  function approval(event: LiveEvent): void {
    const data = event.data as unknown as EventData<'approval.requested'> & { subject: string };
    const who = data.roles.length > 0 ? ` of ${data.roles.join(' or ')}` : '';
    const id = shortId(data.subject);
    line(
      `${terminal.c.yellow(pad('approval', 9))}  ${data.step}  ${visibleText(data.message)}\n           waits for a person${who}: sentinelx workflow approve ${id} (or reject)`,
    );
  }

  return {
    events(list) {
      for (const event of list) {
        if (event.type === 'workflow-step.changed') step(event);
        else if (event.type === 'approval.requested') approval(event);
      }
    },
    say: line,
    stop() {
      clearInterval(timer);
      if (terminal.interactive) terminal.write(CLEAR);
    },
  };
}

function count(entry: Running, item: number, status: string): Running {
  const ended = status !== 'running' && status !== 'waiting' ? 1 : 0;
  return { ...entry, items: Math.max(entry.items, item + 1), done: entry.done + ended };
}
