import { type EventRow, toEvent } from '../../store/events.ts';
import { type Cursor, createCursor } from '../../store/reader-cursor.ts';
import { repeat } from '../../store/repeat.ts';
import type { Store, WriteContext } from '../../store/store.ts';
import { isAway } from '../engine/facts-queue.ts';
import { ARMING, createListeners, type Listeners } from './event-listeners.ts';
import { fireEvent } from './fire-event.ts';
import type { LogEvent } from './log-event.ts';
import type { MayRun, Starter } from './starter.ts';
import { stopTrigger } from './stop-trigger.ts';

export interface EventReaderParts {
  store: Store;
  starter: Starter;
  mayRun: MayRun;
  clock: () => number;
  onProblem: (error: unknown) => void;
}

export interface EventReader extends AsyncDisposable {
  look(): Promise<void>;
}

/** Rows that are looked at in one query, so that nobody else waits long for the thread that reads. */
const WINDOW = 20_000;
const PAGE = 500;
/** Starts and deliveries in one transaction. */
const MOST_ACTIONS = 50;
/** While somebody listens, and while nobody does. */
const GATHER_MS = 20;
const IDLE_GATHER_MS = 200;
/** Reading on without a start is noted so rarely; it costs a restart a second look at so much. */
const NOTE_AFTER = 50_000;
/** An event that cannot be handled must not hold up those behind it for ever. */
const MOST_TRIES = 5;

type Action =
  | { do: 'arm'; event: LogEvent }
  | { do: 'fire'; event: LogEvent; trigger: string; principal: string }
  | { do: 'deliver'; event: LogEvent };

/**
 * Starts workflows for events of the log, and lets steps go on that wait for one. Each server runs it; the cursor moves on in
 * the transaction in which something is started, and only from where the reader had found it, so that an event counts once.
 */
export function startEventReader(parts: EventReaderParts): EventReader {
  const { store, starter, onProblem } = parts;
  const listeners = createListeners(store.db);
  const cursor = createCursor(store, 'workflow-triggers');
  /** Behind this nothing is of interest, as far as this process knows; the stored one may be older. */
  let position = -1;
  let busy = false;
  let tries = 0;

  async function look(): Promise<null> {
    if (position < 0) position = (await cursor.read()).seq;
    for (;;) {
      const head = await store.head();
      if (head <= position) return null;
      // After the head: whoever began to wait before an event that is read now is among them.
      const now = await listeners.read();
      busy = now.unarmed || now.types.size > 0;
      if (!busy) {
        position = head;
        return null;
      }
      const stored = await cursor.read();
      position = Math.max(position, stored.seq);
      await readUpTo(head, now, stored);
    }
  }

  /** Ends early when something was done that may have changed who listens. */
  async function readUpTo(head: number, now: Listeners, stored: Cursor): Promise<void> {
    while (position < head) {
      const end = Math.min(head, position + WINDOW);
      const page = await readPage(now, { after: position, upTo: end });
      const { actions, upTo } = plan(now, page, page.length < PAGE ? end : (page.at(-1)?.seq ?? end));
      if (actions.length > 0) {
        if (await perform(actions, stored, upTo)) position = upTo;
        return;
      }
      position = upTo;
      if (position - stored.seq > NOTE_AFTER) {
        await cursor.note(stored, position);
        return;
      }
    }
  }

  function plan(now: Listeners, page: readonly LogEvent[], end: number): { actions: Action[]; upTo: number } {
    const actions: Action[] = [];
    const most = tries > 0 ? 1 : MOST_ACTIONS;
    for (const event of page) {
      if (ARMING.includes(event.type))
        return { actions: [...actions, { do: 'arm', event }], upTo: event.seq };
      for (const { id, principal } of now.triggersFor(event))
        actions.push({ do: 'fire', event, trigger: id, principal });
      if (now.awaited(event)) actions.push({ do: 'deliver', event });
      if (actions.length >= most) return { actions, upTo: event.seq };
    }
    return { actions, upTo: end };
  }

  /** False when another server was faster. */
  async function perform(actions: readonly Action[], stored: Cursor, upTo: number): Promise<boolean> {
    const refusals = await refusalsOf(actions);
    try {
      const mine = await store.write({ lane: 'run', label: 'trigger.batch' }, async (context) => {
        if (!(await cursor.move(context, stored, upTo))) return false;
        for (const action of actions) await performOne(context, action, refusals);
        return true;
      });
      tries = 0;
      if (mine) starter.wake();
      return mine;
    } catch (error) {
      tries += 1;
      if (tries < MOST_TRIES || isAway(error) || actions.length === 0) throw error;
      onProblem(error);
      await giveUp(actions, stored, upTo);
      tries = 0;
      return true;
    }
  }

  async function performOne(
    context: WriteContext,
    action: Action,
    refusals: ReadonlyMap<string, string | null>,
  ): Promise<void> {
    const { event } = action;
    if (action.do === 'arm') await arm(context, event);
    else if (action.do === 'deliver')
      await starter.deliverEvent(context, event, (query) => listeners.matches(event, query));
    else {
      const refusal = refusals.get(`${action.principal} ${event.project}`) ?? null;
      await fireEvent(context, starter, { trigger: action.trigger, event, refusal, now: parts.clock() });
    }
  }

  async function refusalsOf(actions: readonly Action[]): Promise<Map<string, string | null>> {
    const found = new Map<string, string | null>();
    for (const action of actions) {
      if (action.do !== 'fire') continue;
      const key = `${action.principal} ${action.event.project}`;
      if (!found.has(key)) found.set(key, await parts.mayRun(action.principal, action.event.project));
    }
    return found;
  }

  /** What could not be done five times is told, and the log goes on. */
  async function giveUp(actions: readonly Action[], stored: Cursor, upTo: number): Promise<void> {
    await store.write({ lane: 'run' }, async (context) => {
      if (!(await cursor.move(context, stored, upTo))) return;
      for (const action of actions) {
        if (action.do !== 'fire') continue;
        const row = await context.tx
          .selectFrom('workflow_trigger')
          .selectAll()
          .where('id', '=', action.trigger)
          .executeTakeFirst();
        const reason = `It failed inside ${MOST_TRIES} times; the log of the server says why.`;
        if (row) await stopTrigger(context, row, { about: action.event.id, reason, now: parts.clock() });
      }
    });
  }

  async function readPage(
    now: Listeners,
    { after, upTo }: { after: number; upTo: number },
  ): Promise<LogEvent[]> {
    const rows = await store.db
      .selectFrom('event as e')
      .leftJoin('run as r', 'r.id', 'e.run')
      .selectAll('e')
      .select(['r.task', 'r.workflow_run', 'r.cause_run'])
      .where('e.seq', '>', after)
      .where('e.seq', '<=', upTo)
      .where('e.type', 'in', [...now.types, ...ARMING])
      .orderBy('e.seq')
      .limit(PAGE)
      .execute();
    return rows.map((row) => toLogEvent(row, store.epoch));
  }

  const gatherMs = () => (busy ? GATHER_MS : IDLE_GATHER_MS);
  const loop = repeat(store, { look, gatherMs, onProblem });
  return { look: loop.now, [Symbol.asyncDispose]: loop.close };
}

/** From here on the trigger counts: this event says that it was saved, or that somebody let it go on. */
async function arm({ tx }: WriteContext, event: LogEvent): Promise<void> {
  const row = await tx
    .selectFrom('workflow_trigger')
    .select(['id', 'spec'])
    .where('id', '=', event.subject)
    .where('kind', '=', 'event')
    .where('paused', 'is', null)
    .executeTakeFirst();
  if (!row) return;
  const { type } = JSON.parse(row.spec) as { type: string };
  await tx.updateTable('workflow_trigger').set({ event_type: type }).where('id', '=', row.id).execute();
}

function toLogEvent(
  row: EventRow & { task: string | null; workflow_run: string | null; cause_run: string | null },
  epoch: string,
): LogEvent {
  const cause = row.cause === null ? null : (JSON.parse(row.cause) as { event?: string; depth?: number });
  const about =
    [row.cause_run, row.run, row.subject, cause?.event].find((id) => id?.startsWith('wfr_')) ?? null;
  return {
    ...toEvent(row, epoch),
    seq: row.seq,
    task: row.task,
    workflowRun: row.workflow_run ?? about,
    depth: cause?.depth ?? null,
  };
}
