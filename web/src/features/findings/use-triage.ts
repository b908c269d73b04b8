import { type InfiniteData, type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError, CANCELLED } from '../../api/client.ts';
import { toast } from '../../ui/toast.tsx';
import { changesApi, findingsApi } from './findings-api.ts';
import { placeOf } from './location.ts';
import { changeQuery, isBusy } from './queries.ts';
import type { ChangeSet, FindingPage, FullFinding, ListedFinding, TriageChange } from './types.ts';
import { closeUndo, offerUndo } from './undo-bar.tsx';

const WAITS = ['waiting', 'planning'];

export interface Triage {
  /** Decides about a few; what is seen changes at once and goes back when the server refuses. Rejects with its reason. */
  decide(findings: readonly ListedFinding[], change: TriageChange): Promise<void>;
  /** A change of many that was begun on this page: from now on it is the last one. */
  begun(change: string): void;
  /** Takes back a change of many. Rejects with the reason of the server. */
  undoMany(change: string): Promise<void>;
  /** Takes back the last decision of this page that was not taken back yet. */
  undoLast(): void;
  /** The change of many that `undoLast` takes back; null when it is another one, or none. */
  lastIsMany: string | null;
}

/** `before`: how the findings were; of a change of many only the server knows. */
interface Done {
  change: string;
  before: ListedFinding[] | null;
}

/** `shown`: a change of many that stands on the page, also when it was begun before the page was opened. */
export function useTriage(shown: string | null = null): Triage {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [done, setDone] = useState<readonly Done[]>([]);
  const add = (entry: Done) => {
    setDone((known) => [...known.filter(({ change }) => change !== entry.change), entry]);
    // Only the newest one is offered.
    if (entry.before === null) closeUndo();
  };
  const drop = (change: string) => setDone((known) => known.filter((one) => one.change !== change));
  const last: Done | undefined = done.at(-1) ?? (shown ? { change: shown, before: null } : undefined);

  const undo = async (change: string, before: readonly ListedFinding[]) => {
    drop(change);
    try {
      const ended = await waitFor(client, await changesApi.undo(change));
      if (ended.undo && ended.undo.kept.length > 0) toast(ended.undo.text, 'failed');
      else {
        patch(client, before);
        toast(t('triage.undone', { count: before.length }));
      }
    } catch (error) {
      toast(messageOf(error) ?? t('state.unexpected'), 'failed');
    }
    refresh(
      client,
      before.map(({ id }) => id),
    );
  };

  const undoMany = async (change: string) => {
    const now = await changesApi.undo(change);
    drop(change);
    client.setQueryData(changeQuery(change).queryKey, now);
    void client.invalidateQueries({ queryKey: ['changes'] });
  };

  return {
    begun: (change) => add({ change, before: null }),
    undoMany,
    lastIsMany: last?.before === null ? last.change : null,
    async decide(findings, change) {
      const before = findings.map((finding) => ({ ...finding }));
      const ids = before.map(({ id }) => id);
      // Whether a risk is accepted at once or waits for a second person is the server's to say.
      const now = change.status === 'risk-accepted' ? undefined : shownAs(change);
      if (now)
        patch(
          client,
          before.map((one) => ({ ...one, ...now })),
        );
      try {
        const { change: made } = await findingsApi.triage({ ids }, change);
        if (!made) return;
        if (WAITS.includes(made.status) && made.kind === 'acceptance') {
          offerUndo(t('triage.waits', { count: ids.length }), null);
          return;
        }
        const ended = await waitFor(client, made);
        if (ended.changed === 0) {
          patch(client, before);
          toast(ended.text, 'failed');
          return;
        }
        add({ change: made.id, before });
        offerUndo(
          sentence(t, change, { count: ids.length, title: before[0] ? nameOf(before[0]) : '' }),
          () => void undo(made.id, before),
        );
      } catch (error) {
        patch(client, before);
        throw error;
      } finally {
        refresh(client, ids);
      }
    },
    undoLast() {
      closeUndo();
      const state =
        last?.before === null ? client.getQueryData(changeQuery(last.change).queryKey) : undefined;
      if (last?.before) void undo(last.change, last.before);
      else if (!last || (state && ['undone', 'undoing'].includes(state.status)))
        toast(t('triage.nothingToUndo'), 'failed');
      else
        undoMany(last.change).catch((error: unknown) =>
          toast(messageOf(error) ?? t('state.unexpected'), 'failed'),
        );
    },
  };
}

export function messageOf(error: unknown): string | undefined {
  if (!(error instanceof ApiError) || error.code === CANCELLED) return undefined;
  return [error.message, error.hint].filter(Boolean).join(' ');
}

/** Small changes are done when the answer comes; others are looked at until they are. */
async function waitFor(client: QueryClient, change: ChangeSet): Promise<ChangeSet> {
  let now = change;
  while (isBusy(now.status)) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    now = await client.fetchQuery({ ...changeQuery(change.id), staleTime: 0 });
  }
  return now;
}

function shownAs(change: TriageChange): Partial<ListedFinding> {
  return {
    ...(change.status ? { status: change.status } : {}),
    ...(change.severity ? { severity: change.severity, ownSeverity: change.severity } : {}),
    ...(change.snooze !== undefined ? { snooze: change.snooze } : {}),
  };
}

/** Rows stay where they are, also when they do not fit the query any more: nothing moves under the pointer. */
export function patch(client: QueryClient, rows: readonly ListedFinding[]): void {
  const byId = new Map(rows.map((row) => [row.id, row]));
  client.setQueriesData<InfiniteData<FindingPage>>(
    { queryKey: ['findings', 'list'] },
    (data) =>
      data && {
        ...data,
        pages: data.pages.map((page) => ({
          ...page,
          items: page.items.map((item) => byId.get(item.id) ?? item),
        })),
      },
  );
  for (const row of rows)
    client.setQueryData<FullFinding>(['findings', 'one', row.id], (full) => full && { ...full, ...row });
}

/** What is known of them in detail, and what is counted, is read again; the rows keep their places. */
export function refresh(client: QueryClient, ids: readonly string[]): void {
  void client.invalidateQueries({ queryKey: ['findings', 'facets'] });
  for (const id of ids.slice(0, 50)) {
    for (const part of ['history', 'priority', 'explain', 'policy'])
      void client.invalidateQueries({ queryKey: ['findings', part, id] });
    void readRow(client, id);
  }
}

/** After a change of many: what is shown is read again now, what else was loaded when it is shown next. */
export function readAllAgain(client: QueryClient): void {
  client.removeQueries({ queryKey: ['findings'], type: 'inactive' });
  void client.invalidateQueries({ queryKey: ['findings'] });
}

/** Whether it is on a page of a list or was opened. */
export function isKnown(client: QueryClient, id: string): boolean {
  if (client.getQueryData(['findings', 'one', id]) !== undefined) return true;
  return client
    .getQueriesData<InfiniteData<FindingPage>>({ queryKey: ['findings', 'list'] })
    .some(([, data]) => data?.pages.some((page) => page.items.some((item) => item.id === id)));
}

async function readRow(client: QueryClient, id: string): Promise<void> {
  try {
    const full = await client.fetchQuery({
      queryKey: ['findings', 'one', id],
      queryFn: () => findingsApi.get(id),
      staleTime: 0,
    });
    patch(client, [rowOf(full)]);
  } catch {
    // A finding that is gone stays on screen as it was; opening it says so.
  }
}

function rowOf(full: FullFinding): ListedFinding {
  const { occurrences, excerpt, flow, evidence, about, related, ruleText, tags, fingerprints, ...row } = full;
  return row;
}

/** Many findings have the same title: the place tells which one it was. */
function nameOf({ title, location }: ListedFinding): string {
  const { main, detail } = placeOf(location);
  return main ? `${title} (${main}${detail})` : title;
}

type Say = ReturnType<typeof useTranslation>['t'];

/** What a decision did, in a sentence. */
function sentence(t: Say, change: TriageChange, values: { count: number; title: string }): string {
  const what = change.status
    ? t(`triage.did.${change.status}`, values)
    : change.snooze !== undefined
      ? t(change.snooze ? 'triage.did.snoozed' : 'triage.did.woken', values)
      : change.assignee !== undefined
        ? t(change.assignee === null ? 'triage.did.unassigned' : 'triage.did.assigned', values)
        : t('triage.did.changed', values);
  return values.count === 1 ? `${what}: ${values.title}` : what;
}
