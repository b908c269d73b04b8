import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import * as z from 'zod';
import { type Cursor, createCursor } from '../../store/reader-cursor.ts';
import { repeat } from '../../store/repeat.ts';
import type { Store, WriteContext } from '../../store/store.ts';
import { readRunSet } from '../diff/run-set.ts';
import { isOpen } from '../lifecycle/status-rules.ts';
import { movePass, nextPass, type Pass, passPage, requestPass } from '../priority/passes.ts';
import { changedPriorities, priorityUpdate } from '../priority/store-priorities.ts';
import { applyPlan, isEmpty, type Plan, POLICY_ACTOR, planPolicy } from './apply.ts';
import type { ParsePolicy } from './document.ts';
import { readPolicyFacts } from './read-facts.ts';
import { createPolicies } from './revisions.ts';

export interface FindingsFollowerParts {
  store: Store;
  parse: ParsePolicy;
  clock?: () => number;
  onProblem: (error: unknown) => void;
}

export interface FindingsFollower extends AsyncDisposable {
  /** Up to the end of the log, and every pass that is due; ends early at the signal. */
  catchUp(signal?: AbortSignal): Promise<void>;
  /** Resolves when everything up to here is done; the log may go on meanwhile. */
  reach(): Promise<void>;
}

/** The finding is new, or something that a policy looks at is different. */
const CHANGED = ['finding.created', 'finding.reopened', 'finding.moved', 'finding.upgraded', 'finding.rated'];
/** Somebody has opened it: it was merged into another one, or decided about. Of other decisions a policy has nothing to say. */
const DECIDED = 'finding.triaged';
/** Only the priority may be different. */
const SEEN = ['finding.seen', 'finding.labelled'];
/** What it saw is kept, for comparisons. */
const ENDED = 'run.ended';
const TYPES = [...CHANGED, ...SEEN, DECIDED, ENDED];
/** Events in one query, and findings in one transaction. */
const WINDOW = 20_000;
const BATCH = 500;
/** Reading on with nothing to do is noted so rarely. */
const NOTE_AFTER = 50_000;
const GATHER_MS = 100;
const REACH_MS = 20;
const DAY_MS = 86_400_000;
const DAILY = 'findings-daily';

interface LogRow {
  type: string;
  project: string;
  subject: string;
  actor: string;
  /** The data of a decision. */
  decided: string | null;
}

const Decision = z.object({ from: z.string(), to: z.string() });

function hasOpened({ decided }: LogRow): boolean {
  if (decided === null) return false;
  const { from, to } = Decision.parse(JSON.parse(decided));
  return isOpen(to) && !isOpen(from);
}

/**
 * Gives new and changed findings their priority and lets the policy of their project decide about them. It follows the log behind
 * those who write, so that no scan waits for it; the cursor moves in the transaction that stores what came of it.
 */
export function createFollower(parts: FindingsFollowerParts): FindingsFollower & {
  start(): void;
} {
  const { store } = parts;
  const clock = parts.clock ?? Date.now;
  const cursor = createCursor(store, 'findings');
  const policies = createPolicies(store.db, parts.parse);
  let position = -1;
  let loop: ReturnType<typeof repeat> | undefined;
  let working: Promise<unknown> = Promise.resolve();
  const closing = new AbortController();

  /** One walk at a time in this process; other processes are kept apart by the cursor. */
  function catchUp(signal: AbortSignal = closing.signal): Promise<void> {
    const mine = working.then(() => walk(signal));
    working = mine.catch(() => undefined);
    return mine;
  }

  async function reach(): Promise<void> {
    const until = await store.head();
    let over = false;
    const walked = catchUp().finally(() => {
      over = true;
    });
    const reached = async () => {
      while (!over && position < until && !closing.signal.aborted) await sleep(REACH_MS);
    };
    await Promise.race([walked, reached()]);
  }

  async function walk(signal: AbortSignal): Promise<void> {
    await followLog(signal);
    for (let pass = await nextPass(store.db); pass && !signal.aborted; pass = await nextPass(store.db)) {
      await stepPass(pass);
      // What is new comes before what is only looked at again.
      await followLog(signal);
    }
  }

  async function followLog(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const head = await store.head();
      if (position < 0) position = (await cursor.read()).seq;
      if (head <= position) return;
      const stored = await cursor.read();
      position = Math.max(position, stored.seq);
      const end = Math.min(head, position + WINDOW);
      const rows = await store.db
        .selectFrom('event')
        .select(['seq', 'type', 'project', 'subject', 'actor'])
        .select(sql<string | null>`case when type = ${DECIDED} then data end`.as('decided'))
        .where('seq', '>', position)
        .where('seq', '<=', end)
        .where('type', 'in', TYPES)
        .orderBy('seq')
        .limit(BATCH)
        .execute();
      const upTo = rows.length < BATCH ? end : Number(rows.at(-1)?.seq ?? end);
      if (rows.length > 0) {
        if (await handle(stored, upTo, rows)) position = upTo;
        continue;
      }
      position = upTo;
      if (position - stored.seq > NOTE_AFTER) await cursor.note(stored, position);
    }
  }

  /** False when another process was faster. */
  async function handle(stored: Cursor, upTo: number, rows: readonly LogRow[]): Promise<boolean> {
    const now = clock();
    const about = rows.filter((row) => row.type !== ENDED && (row.type !== DECIDED || hasOpened(row)));
    const ids = [...new Set(about.map((row) => row.subject))];
    for (const { subject } of rows.filter(({ type }) => type === ENDED))
      await readRunSet(store, subject, { keep: true });
    const priorities = await newPriorities(ids, now);
    // A scan that rates a finding differently than the one before has changed it, though it was only seen again.
    const rated = new Set(priorities.map(({ id }) => id));
    const plans: Plan[] = [];
    for (const [project, events] of Map.groupBy(about, (row) => row.project)) {
      // What the policy itself changed is not asked about again: two rules could go on for ever.
      const changed = events.filter(
        ({ type, subject, actor }) =>
          actor !== POLICY_ACTOR &&
          (CHANGED.includes(type) || type === DECIDED || (type === 'finding.seen' && rated.has(subject))),
      );
      const plan = await planFor(project, [...new Set(changed.map(({ subject }) => subject))], now);
      if (plan) plans.push(plan);
    }
    return store.write({ lane: 'bulk', label: 'findings.follow' }, async (context) => {
      if (!(await cursor.move(context, stored, upTo))) return false;
      await storeAll(context, priorities, plans, now);
      return true;
    });
  }

  async function stepPass(pass: Pass): Promise<void> {
    const now = clock();
    const ids = await passPage(store.db, pass, BATCH);
    const priorities = await newPriorities(ids, now);
    const plan = await planFor(pass.project, ids, now, !pass.decide);
    await store.write({ lane: 'bulk', label: 'findings.pass' }, async (context) => {
      if (!(await movePass(context, pass, ids.length < BATCH ? null : (ids.at(-1) ?? null)))) return;
      await storeAll(context, priorities, plan ? [plan] : [], now);
    });
  }

  async function newPriorities(ids: readonly string[], now: number) {
    const found = await store.db.selectFrom('project').select('id').execute();
    const weights = new Map<string, Awaited<ReturnType<typeof policies>>>();
    for (const { id } of found) weights.set(id, await policies(id));
    return changedPriorities(store.db, store.dialect, {
      ids,
      now,
      weightsOf: (project) => weights.get(project)?.policy.weights ?? {},
    });
  }

  /** A pass gives ends only, unless somebody asked for decisions: what was decided stays decided until the finding changes. */
  async function planFor(
    project: string,
    ids: readonly string[],
    now: number,
    onlyDue = false,
  ): Promise<Plan | null> {
    const { revision, policy } = await policies(project);
    if (revision === null || ids.length === 0) return null;
    const findings = await readPolicyFacts(store.db, store.dialect, { ids, weights: policy.weights, now });
    const plan = await planPolicy(store, { revision, policy, project }, { findings, now, onlyDue });
    return isEmpty(plan) ? null : plan;
  }

  async function storeAll(
    context: WriteContext,
    priorities: Awaited<ReturnType<typeof newPriorities>>,
    plans: readonly Plan[],
    now: number,
  ): Promise<void> {
    if (priorities.length > 0) context.defer(priorityUpdate(store.dialect, priorities));
    for (const plan of plans) await applyPlan(context, store.dialect, plan, now);
  }

  /** Findings get older and dates pass: once a day all are looked at again. */
  async function askForTheDay(): Promise<void> {
    const now = clock();
    const row = await store.db.selectFrom('meta').select('value').where('key', '=', DAILY).executeTakeFirst();
    if (row && Number(row.value) > now - DAY_MS) return;
    const projects = await store.db
      .selectFrom('project')
      .select('id')
      .where('archived', 'is', null)
      .execute();
    await store.write({ lane: 'bulk' }, async ({ tx }) => {
      await tx
        .insertInto('meta')
        .values({ key: DAILY, value: String(now) })
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: String(now) }))
        .execute();
      if (row) for (const { id } of projects) await requestPass({ tx }, { project: id, scope: 'all', now });
    });
  }

  return {
    catchUp,
    reach,
    start() {
      loop ??= repeat(store, {
        async look() {
          await askForTheDay();
          await catchUp();
          return 3600_000;
        },
        gatherMs: () => GATHER_MS,
        onProblem: parts.onProblem,
      });
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await loop?.close();
      await working;
    },
  };
}
