/**
 * `node bench/findings.ts`: the list of findings at 10⁴, 10⁵ and 10⁶ findings on the embedded store: fifteen queries, each with new
 * words and numbers in every round, beside an indexed point read; facets; memory; and what the index costs the write path.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countFindings, listFindings } from '../src/store/findings.ts';
import type { FindingSort, ListRequest } from '../src/store/findings-index/filter.ts';
import { readListFilter } from '../src/store/findings-index/keys.ts';
import { openStore } from '../src/store/open.ts';
import type { Store } from '../src/store/store.ts';
import { type Figure, median, printFigures, share, timed } from './parts/figures.ts';
import { ingestRates } from './parts/ingest-rate.ts';
import { makeFindings, PROJECT } from './parts/many-findings.ts';

const SIZES = [10_000, 100_000, 1_000_000];
const ROUNDS = 15;
const GOAL_MS = 100;
const PHRASE = 'in the handler in the handler';

interface Asked {
  what: string;
  q(round: number, size: number): string;
  sort?: FindingSort;
  lastPage?: true;
}

/** The fixed mix. */
const MIX: readonly Asked[] = [
  { what: 'first page without a filter', q: () => '' },
  { what: 'no hit', q: (n) => `nothing-like-${n}` },
  { what: 'one hit', q: (n, size) => `u${((n * 1_000) % size) + 7}x` },
  { what: 'path substring', q: (n) => `path:odule-${n}/part` },
  { what: 'two facets together', q: (n) => `rule:rule-${n},rule-${n + 20} status:open,confirmed` },
  { what: 'free word that all have', q: (n) => `"${PHRASE.slice(n % 9, 6 + (n % 9))}"` },
  { what: 'date range', q: (n) => `first-seen:2025-06-15T${String(15 + (n % 6))}:00..2025-06-15T22:00` },
  { what: 'negation', q: (n) => `-path:module-${n}/ -status:fixed -rule:rule-${n}` },
  { what: 'by last seen', q: () => '', sort: 'last-seen' },
  { what: 'last page, by last seen', q: () => '', sort: 'last-seen', lastPage: true },
  { what: 'reference', q: (n) => `cwe:${n}` },
  { what: 'assignee and label', q: (n) => `assignee:usr_${n % 30},none label:"label ${n % 40}"` },
  { what: 'overdue, by priority', q: (n) => `is:overdue priority:>${n}`, sort: 'priority' },
  { what: 'what is hidden, by due', q: (n) => `is:hidden due:>${n}d`, sort: 'due' },
  { what: 'asset, confidence and new', q: (n) => `asset:ast_${n} confidence:high -is:new severity:>=medium` },
];

const folder = await mkdtemp(join(tmpdir(), 'sentinelx-bench-'));
const figures: Figure[] = [];
try {
  for (const size of SIZES) {
    const dataDir = join(folder, String(size));
    const made = await timed(() => makeFindings(dataDir, size));
    console.log(`${size.toLocaleString('en')} findings, made in ${(made / 1000).toFixed(0)} s`);
    const store = await openStore({ dataDir });
    await measure(store, size);
    await store.close();
    if (size !== SIZES[0]) await rm(dataDir, { recursive: true });
  }
  await measureWriting(join(folder, String(SIZES[0])));
  printFigures(figures);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measure(store: Store, size: number): Promise<void> {
  const large = size === SIZES.at(-1);
  const before = process.memoryUsage().rss;
  const cold = await timed(() =>
    list(store, request({ what: '', q: () => 'status:open,confirmed' }, 0, size)),
  );
  const load = await timed(() => list(store, request(MIX[1] as Asked, 0, size)));
  const references = await timed(() => list(store, request(MIX[10] as Asked, 0, size)));
  const lastRow = await store.db
    .selectFrom('finding')
    .select(['id', 'last_seen'])
    .orderBy('last_seen')
    .orderBy('id')
    .limit(1)
    .offset(50)
    .executeTakeFirstOrThrow();
  const after = [lastRow.last_seen, lastRow.id] as const;

  const point = () =>
    store.db.selectFrom('finding').select('title').where('id', '=', lastRow.id).executeTakeFirst();
  const times = MIX.map((): number[] => []);
  const points: number[] = [];
  const facets: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    for (const [index, asked] of MIX.entries()) {
      const one = request(asked, round, size, asked.lastPage && after);
      times[index]?.push(await timed(() => list(store, one)));
      points.push(await timed(point));
      facets.push(await timed(() => countFindings(store, one)));
    }
  }
  const pointMs = median(points);
  console.log(`  ${'query'.padEnd(28)}   p50 ms   p95 ms   p50 beside a point read`);
  MIX.forEach(({ what }, index) => {
    const own = times[index] as number[];
    const ratio = (median(own) / pointMs).toFixed(0);
    console.log(`  ${what.padEnd(28)} ${ms(median(own))} ${ms(share(own, 0.95))} ${ratio.padStart(8)} ×`);
  });
  const all = times.flat();
  const beside = await besideQueries(store, point);
  const name = size.toLocaleString('en');
  figures.push(
    {
      what: `fifteen queries at ${name} (ms, p50 / p95)`,
      value: `${median(all).toFixed(1)} / ${share(all, 0.95).toFixed(1)}`,
      beside: `point read ${pointMs.toFixed(2)}`,
      ...(large && goal(`p95 ≤ ${GOAL_MS}`, share(all, 0.95) <= GOAL_MS)),
    },
    {
      what: `facets of the same at ${name} (ms, p50 / p95)`,
      value: `${median(facets).toFixed(1)} / ${share(facets, 0.95).toFixed(1)}`,
      beside: 'exact',
      ...(large && goal(`p95 ≤ ${GOAL_MS}`, share(facets, 0.95) <= GOAL_MS)),
    },
    {
      what: `point read while lists are asked for at ${name} (ms, p50 / p95)`,
      value: `${median(beside).toFixed(2)} / ${share(beside, 0.95).toFixed(2)}`,
      beside: `${pointMs.toFixed(2)} alone`,
      ...(large && goal('p95 ≤ 20', share(beside, 0.95) <= 20)),
    },
    {
      what: `first answers at ${name} (ms): page of a status / index read / references read`,
      value: [cold, load, references].map((one) => one.toFixed(0)).join(' / '),
      beside: 'once per process',
      ...(large && goal(`page of a status ≤ ${GOAL_MS}`, cold <= GOAL_MS)),
    },
    {
      what: `resident memory at ${name} (MB): before / with the index`,
      value: `${(before / 1e6).toFixed(0)} / ${(process.memoryUsage().rss / 1e6).toFixed(0)}`,
      beside: 'given back after 10 minutes without a question',
    },
  );
}

/** The reader thread is another one than that of the lists. */
async function besideQueries(store: Store, point: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    let busy = true;
    const word = readListFilter(`"${PHRASE.slice(round % 5, 9 + (round % 5))}"`, { now: Date.now() });
    const slow = countFindings(store, { project: PROJECT, ...word }).then(() => {
      busy = false;
    });
    while (busy) times.push(await timed(point));
    await slow;
  }
  return times;
}

async function measureWriting(dataDir: string): Promise<void> {
  const rates = await ingestRates(dataDir);
  for (const [name, key] of [
    ['new findings', 'fresh'],
    ['known findings again', 'again'],
  ] as const) {
    const [without, withTriggers, loaded] = [rates.without[key], rates.with[key], rates.loaded[key]];
    figures.push({
      what: `${name} stored with identity and event (per second): no triggers / triggers / index in memory`,
      value: [without, withTriggers, loaded].map((rate) => rate.toFixed(0)).join(' / '),
      beside: `${(withTriggers / without).toFixed(2)} of the rate without`,
      ...goal('≥ 5,000 with the triggers', withTriggers >= 5_000),
    });
  }
}

function list(store: Store, asked: ListRequest): Promise<unknown> {
  return listFindings(store, asked);
}

function request(
  asked: Asked,
  round: number,
  size: number,
  after?: ListRequest['after'] | false,
): ListRequest {
  return {
    project: PROJECT,
    ...readListFilter(asked.q(round, size), { now: Date.now() }),
    sort: asked.sort ?? 'severity',
    after: after || undefined,
    limit: 101,
  };
}

function goal(words: string, met: boolean): Pick<Figure, 'goal'> {
  return { goal: { words, met } };
}

function ms(value: number): string {
  return value.toFixed(1).padStart(8);
}
