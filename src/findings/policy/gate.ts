import { type RawBuilder, sql } from 'kysely';
import type { Severity } from '../../model/severity.ts';
import type { Store } from '../../store/store.ts';
import { fitting } from './fitting.ts';
import type { GateRule, Policy } from './policy.ts';
import { readPolicyFacts } from './read-facts.ts';

const BATCH = 500;
const MOST_EXAMPLES = 10;

export interface GateFinding {
  id: string;
  severity: Severity;
  title: string;
  place: string;
}

export interface GateResult {
  rule: string;
  line: number;
  ofTree: boolean;
  passed: boolean;
  /** How many findings fit, and how many may. */
  count: number;
  most: number;
  message: string | null;
  examples: GateFinding[];
  /** Findings of which it could not be said, and why for the first of them. */
  unknown: number;
  unknownWhy: string | null;
}

export interface GateParts {
  store: Pick<Store, 'db' | 'dialect'>;
  project: string;
  run: string;
  now: number;
  /** The findings as they were; see `fitting`. */
  rows?: RawBuilder<unknown> | undefined;
  /** By id the status that a finding had; as it is when absent. */
  statusOf?: ((page: readonly string[]) => Promise<(id: string) => string>) | undefined;
}

/** Every condition of the gate against the open findings of a run; what people or the policy dismissed does not count. */
export async function checkGate(
  parts: GateParts,
  policy: Pick<Policy, 'gate' | 'weights'>,
): Promise<GateResult[]> {
  const results = policy.gate.map(
    (rule): GateResult => ({
      rule: rule.name,
      line: rule.line,
      ofTree: rule.ofTree,
      passed: true,
      count: 0,
      most: rule.most,
      message: rule.message,
      examples: [],
      unknown: 0,
      unknownWhy: null,
    }),
  );
  if (results.length === 0) return results;
  for await (const page of openOfRun(parts)) await checkPage(parts, policy, { page, results });
  for (const result of results) result.passed = result.count <= result.most;
  return results;
}

interface Seen {
  id: string;
  isNew: boolean;
}

async function* openOfRun({ store, project, run, statusOf }: GateParts): AsyncGenerator<Seen[]> {
  let after = '';
  for (;;) {
    let rows = store.db
      .selectFrom('occurrence as o')
      .innerJoin('finding as f', 'f.id', 'o.finding')
      .select(['o.finding as id', 'o.change', 'f.status'])
      .where('o.run', '=', run)
      .where('o.finding', '>', after)
      .where('f.project', '=', project)
      .where('f.merged_into', 'is', null)
      .orderBy('o.finding')
      .limit(BATCH);
    if (!statusOf)
      rows = rows
        .where('f.status', 'in', ['open', 'confirmed'])
        .where('f.hidden_by', 'is', null)
        .where(sql<boolean>`f.snooze_until is null and f.snooze_rank is null`);
    const page = await rows.execute();
    if (page.length === 0) return;
    after = page.at(-1)?.id ?? after;
    const status = await statusOf?.(page.map(({ id }) => id));
    const open = status ? page.filter(({ id }) => ['open', 'confirmed'].includes(status(id))) : page;
    yield open.map(({ id, change }) => ({ id, isNew: change !== 'seen' }));
    if (page.length < BATCH) return;
  }
}

async function checkPage(
  { store, now, rows }: GateParts,
  policy: Pick<Policy, 'gate' | 'weights'>,
  { page, results }: { page: readonly Seen[]; results: GateResult[] },
): Promise<void> {
  if (page.length === 0) return;
  const ids = page.map(({ id }) => id);
  const findings = await readPolicyFacts(store.db, store.dialect, { ids, weights: policy.weights, now });
  const fresh = new Set(page.filter(({ isNew }) => isNew).map(({ id }) => id));
  for (const [index, rule] of policy.gate.entries()) {
    const result = results[index];
    if (!result) continue;
    const asked = rule.only === 'new' ? findings.filter(({ id }) => fresh.has(id)) : findings;
    const { fits, undecided } = await fitting({ ...store, now, rows }, rule as GateRule, asked);
    result.count += fits.size;
    result.unknown += undecided.size;
    result.unknownWhy ??= undecided.values().next().value ?? null;
    for (const facts of asked)
      if (fits.has(facts.id) && result.examples.length < MOST_EXAMPLES)
        result.examples.push({
          id: facts.id,
          severity: facts.priorityFacts.severity,
          title: facts.title,
          place: facts.place,
        });
  }
}
