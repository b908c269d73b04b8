import type * as z from 'zod';
import { visibleText } from '../../lib/visible-text.ts';
import { findingHistory } from '../../operations/finding-history.ts';
import { resolveFinding } from '../by-end.ts';
import { readPages } from '../pages.ts';
import { localTime, print } from '../print.ts';
import { type ProjectOptions, withSession } from '../session.ts';
import type { Terminal } from '../terminal.ts';

type Entry = z.output<typeof findingHistory.output>['items'][number];

interface HistoryOptions extends ProjectOptions {
  limit: number;
  cursor?: string;
  all?: boolean;
}

export async function historyCommand(named: string, options: HistoryOptions): Promise<void> {
  await withSession(options, async (session) => {
    const id = await resolveFinding(session, named);
    const list = await readPages(
      (cursor) =>
        session.call(findingHistory, {
          path: { id },
          query: { limit: options.all ? 1000 : options.limit, ...(cursor ? { cursor } : {}) },
        }),
      options,
    );
    print(list, options, (terminal) => {
      if (list.items.length === 0) return 'Nothing has happened to it since it was found.';
      const more = list.nextCursor === null ? [] : [terminal.c.dim('there are more: --all')];
      return [...list.items.map((entry) => entryText(terminal, entry)), ...more].join('\n');
    });
  });
}

function entryText({ c }: Terminal, entry: Entry): string {
  const { data } = entry;
  const comment =
    typeof data.comment === 'string' ? data.comment : entry.kind === 'comment' ? data.text : null;
  const said =
    typeof comment === 'string'
      ? `\n${visibleText(comment)
          .split('\n')
          .map((line) => `    ${line}`)
          .join('\n')}`
      : '';
  const set = entry.changeSet === null ? '' : c.dim(` (${entry.changeSet})`);
  return `${c.dim(localTime(entry.time))}  ${c.bold(visibleText(entry.actorName))} ${visibleText(wordsOf(entry))}${set}${said}`;
}

/** What happened, in words; `data` depends on the kind, and a later release may have more. */
function wordsOf({ kind, data }: Entry): string {
  const text = (name: string) => (data[name] === null || data[name] === undefined ? '' : String(data[name]));
  const time = (name: string) => (typeof data[name] === 'number' ? localTime(data[name]) : '');
  const list = (name: string) => (Array.isArray(data[name]) ? data[name].map(String).join(', ') : '');
  const because = text('reason') ? `, because: ${text('reason')}` : '';
  switch (kind) {
    case 'status':
      return `made it ${text('to')} (was ${text('from')})${because}${time('expires') ? `, until ${time('expires')}` : ''}${text('duplicateOf') ? ` of ${text('duplicateOf')}` : ''}`;
    case 'comment':
      return 'said';
    case 'assignee':
      return text('to') ? `assigned it to ${text('to')}` : `took it from ${text('from')}`;
    case 'labels':
      return [
        list('added') && `added the labels ${list('added')}`,
        list('removed') && `removed the labels ${list('removed')}`,
      ]
        .filter(Boolean)
        .join(' and ');
    case 'snooze': {
      // A former release wrote 'woke'.
      const woken = text('woken') || text('woke');
      if (woken) return `woke it (${woken})`;
      return `snoozed it until ${time('until') || 'it gets worse'}`;
    }
    case 'severity':
      return `changed the severity from ${text('from')} to ${text('to')}`;
    case 'suppressed':
      return `hid it by the rule ${text('suppression')}`;
    case 'unsuppressed':
      return `showed it again: the rule ${text('suppression')} ended`;
    case 'reopened':
      return `opened it again${because}`;
    case 'due':
      return `told that it is due at ${time('due')}`;
    case 'breached':
      return `told that it was due at ${time('due')} and is not closed`;
    case 'undone':
      if (data.removed === true) return `removed it: the import ${text('run')} that had found it was undone`;
      return `took the change back${text('to') ? `: ${text('to')} again (was ${text('from')})` : ''}`;
    default:
      return `${kind}: ${Object.entries(data)
        .map(
          ([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
        )
        .join(', ')}`;
  }
}
