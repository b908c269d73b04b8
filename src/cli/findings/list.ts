import { closest } from '../../lib/closest.ts';
import { SentinelError } from '../../lib/errors.ts';
import { visibleText } from '../../lib/visible-text.ts';
import { describeLocation } from '../../model/location.ts';
import { findingList } from '../../operations/findings.ts';
import { viewList } from '../../operations/views.ts';
import { FINDING_SORTS } from '../../store/findings-index/filter.ts';
import { oneOf } from '../globals.ts';
import { readPages } from '../pages.ts';
import { localTime, print } from '../print.ts';
import { shortId } from '../run/findings-table.ts';
import { type ProjectOptions, type Session, withSession } from '../session.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';

interface ListOptions extends ProjectOptions {
  limit: number;
  sort?: string;
  view?: string;
  cursor?: string;
  all?: boolean;
}

type List = Awaited<ReturnType<typeof readList>>;

export async function listFindingsCommand(query: string, options: ListOptions): Promise<void> {
  const given = options.sort === undefined ? undefined : oneOf('--sort', options.sort, FINDING_SORTS);
  await withSession(options, async (session) => {
    const view = options.view === undefined ? undefined : await findView(session, options.view);
    const q = [view?.query, query].filter(Boolean).join(' ') || 'status:open,confirmed';
    const sort = given ?? view?.sort;
    const list = await readList(session, { q, ...(sort && { sort }) }, options);
    print(list, options, (terminal) =>
      listText(terminal, list, { query: query || (view?.query ?? ''), options }),
    );
  });
}

function readList(
  session: Session,
  filter: { q: string; sort?: (typeof FINDING_SORTS)[number] },
  options: ListOptions,
) {
  return readPages(
    (cursor) =>
      session.call(findingList, {
        query: { ...filter, limit: options.all ? 1000 : options.limit, ...(cursor ? { cursor } : {}) },
      }),
    options,
  );
}

async function findView(session: Session, named: string) {
  const { items } = await session.call(viewList, {});
  const found = items.find(({ id, name }) => id === named || name === named);
  if (found) return found;
  const near = closest(
    named,
    items.map(({ name }) => name),
  );
  throw new SentinelError(
    'not-found',
    `There is no view '${named}'.${near ? ` Did you mean '${near}'?` : " 'sentinelx view list' shows them."}`,
  );
}

function listText(
  terminal: Terminal,
  list: List,
  { query, options }: { query: string; options: ListOptions },
): string {
  const { items } = list;
  const { c } = terminal;
  const hidden = hiddenText(list);
  if (items.length === 0)
    return [query ? `No finding fits '${visibleText(query)}'.` : 'No open findings.', hidden]
      .filter(Boolean)
      .join('\n');
  const wide = terminal.width >= 110;
  const worked = items.some((item) => workOf(item) !== '');
  const text = table(
    terminal,
    [
      { title: 'FINDING', paint: c.bold },
      {
        title: 'SEVERITY',
        paint: (cell, row) => terminal.severity(items[row]?.severity ?? 'info')(cell),
      },
      { title: 'WHERE', min: 20, cut: 'middle' },
      { title: wide ? 'WHAT' : 'RULE', min: 14 },
      ...(wide ? [{ title: 'RULE', min: 14, paint: c.dim }] : []),
      ...(worked ? [{ title: 'STATE', min: 10, paint: c.dim }] : []),
    ],
    items.map((item) => [
      shortId(item.id),
      item.severity,
      describeLocation(item.location),
      ...(wide ? [item.message] : []),
      item.rule,
      ...(worked ? [workOf(item)] : []),
    ]),
  );
  const more =
    list.nextCursor === null ? '' : `there are more: --all, or --limit ${Math.min(1000, options.limit * 2)}`;
  return [text, ...[more, hidden].filter(Boolean).map((line) => c.dim(line))].join('\n');
}

/** What people made of it, where that is more than open. */
function workOf(item: List['items'][number]): string {
  const { status, snooze, due } = item;
  const open = status === 'open' || status === 'confirmed';
  return [
    status === 'open' ? '' : status,
    item.assigneeName === null ? '' : `@${item.assigneeName}`,
    ...item.labels.map((label) => `#${label}`),
    open && due !== null
      ? `${due < Date.now() ? 'overdue since' : 'due'} ${localTime(due).slice(0, 10)}`
      : '',
    snooze === null ? '' : 'snoozed',
    item.hiddenBy === null ? '' : 'suppressed',
  ]
    .filter(Boolean)
    .join(' ');
}

function hiddenText({ hidden }: List): string {
  if (hidden === null || hidden.any === 0) return '';
  const number = (count: number) => count.toLocaleString('en');
  const parts = (['suppressed', 'snoozed', 'merged'] as const).flatMap((state) =>
    hidden[state] > 0 ? [`${number(hidden[state])} ${state}`] : [],
  );
  return `${number(hidden.any)} not shown: ${parts.join(', ')} (show:hidden shows them)`;
}
