import type { Kysely } from 'kysely';
import { EventTriggerSpec, SECTIONS, type WorkflowDefinition } from '../../model/workflow.ts';
import type { Database } from '../../store/schema.ts';
import { type Matcher, matcherOf } from './event-match.ts';
import type { LogEvent } from './log-event.ts';

/** Events that say that a trigger is there from now on. */
export const ARMING = ['trigger.saved', 'trigger.resumed'];

export interface Listeners {
  /** Types of events that somebody waits for. */
  types: ReadonlySet<string>;
  /** A trigger was saved whose event the reader has not passed yet. */
  unarmed: boolean;
  triggersFor(event: LogEvent): readonly ArmedTrigger[];
  /** Whether a step waits for this one. */
  awaited(event: LogEvent): boolean;
}

export interface ArmedTrigger {
  id: string;
  project: string;
  principal: string;
}

interface Wait {
  project: string;
  type: string;
  query: string | null;
}

const MOST_KEPT = 500;

/** Who listens to the log at this moment. What is compiled is kept, since it is asked for with each look. */
export function createListeners(db: Kysely<Database>) {
  const matchers = new Map<string, Matcher>();
  const waits = new Map<string, string | null>();

  async function read(): Promise<Listeners> {
    const [armed, unarmed, waiting] = await Promise.all([
      db
        .selectFrom('workflow_trigger')
        .select(['id', 'project', 'principal', 'spec', 'event_type'])
        .where('event_type', 'is not', null)
        .orderBy('id')
        .execute(),
      db
        .selectFrom('workflow_trigger')
        .select('id')
        .where('kind', '=', 'event')
        .where('event_type', 'is', null)
        .where('paused', 'is', null)
        .limit(1)
        .execute(),
      readWaits(),
    ]);
    const triggers = armed.map((row) => ({
      ...row,
      test: matcher(EventTriggerSpec.parse(JSON.parse(row.spec))),
    }));
    return {
      types: new Set([...armed.map((row) => row.event_type as string), ...waiting.map(({ type }) => type)]),
      unarmed: unarmed.length > 0,
      triggersFor: (event) =>
        triggers.filter(
          (one) => one.project === event.project && one.event_type === event.type && one.test(event),
        ),
      awaited: (event) =>
        waiting.some(
          (one) => one.type === event.type && one.project === event.project && matcher(one)(event),
        ),
    };
  }

  /** What steps wait for, each once: thousands of runs of one workflow wait for the same. */
  async function readWaits(): Promise<Wait[]> {
    const rows = await db
      .selectFrom('workflow_step as s')
      .innerJoin('workflow_run as r', 'r.id', 's.run')
      .select(['s.project', 's.event_type', 's.name', 'r.definition'])
      .distinct()
      .where('s.event_type', 'is not', null)
      .execute();
    const unknown = [...new Set(rows.map((row) => row.definition))].filter(
      (hash) => !rows.every((row) => row.definition !== hash || waits.has(keyOf(row))),
    );
    if (unknown.length > 0) await learn(unknown);
    return rows.map((row) => ({
      project: row.project,
      type: row.event_type as string,
      query: waits.get(keyOf(row)) ?? null,
    }));
  }

  async function learn(hashes: readonly string[]): Promise<void> {
    const rows = await db.selectFrom('workflow_definition').selectAll().where('hash', 'in', hashes).execute();
    if (waits.size > MOST_KEPT) waits.clear();
    for (const { hash, body } of rows) {
      const definition = JSON.parse(body) as WorkflowDefinition;
      for (const step of SECTIONS.flatMap((section) => definition[section]))
        if (step.wait?.event) waits.set(`${hash}:${step.name}`, step.wait.event.query);
    }
  }

  /** One that a later release cannot read matches nothing; saving it again says why. */
  function matcher(match: { type: string; query: string | null }): Matcher {
    const key = JSON.stringify([match.type, match.query]);
    let found = matchers.get(key);
    if (!found) {
      try {
        found = matcherOf(match);
      } catch {
        found = () => false;
      }
      if (matchers.size > MOST_KEPT) matchers.clear();
      matchers.set(key, found);
    }
    return found;
  }

  return {
    read,
    matches: (event: LogEvent, query: string) => matcher({ type: event.type, query })(event),
  };
}

function keyOf(row: { definition: string; name: string }): string {
  return `${row.definition}:${row.name}`;
}
