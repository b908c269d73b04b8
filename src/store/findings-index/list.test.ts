import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresServer, postgresPrograms, startPostgres } from '../../../test/servers/postgres.ts';
import { newId } from '../../lib/ids.ts';
import { FINDING_STATUSES } from '../../model/finding.ts';
import { CONFIDENCES, SEVERITIES } from '../../model/severity.ts';
import { countFindings, listFindings } from '../findings.ts';
import { openStore, type StoreOptions } from '../open.ts';
import type { Store } from '../store.ts';
import { FACETS, FINDING_SORTS, type ListRequest, SORT_COLUMNS } from './filter.ts';
import { readFilter } from './keys.ts';
import { fits, type Knowledge, type Known } from './naive.test-kit.ts';
import { listBySql } from './sql.ts';

const NOW = Date.parse('2026-06-15T12:00Z');
const bin = postgresPrograms();

describe('lists of findings on sqlite', () => {
  contract(async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'sentinelx-list-'));
    return { options: { dataDir }, away: () => rm(dataDir, { recursive: true }) };
  });
});

describe.skipIf(!bin)(
  bin
    ? 'lists of findings on postgres'
    : 'lists of findings on postgres (skipped: no PostgreSQL is installed)',
  () => {
    let server: PostgresServer;
    let count = 0;
    beforeAll(async () => {
      server = await startPostgres(bin as string);
    });
    afterAll(() => server?.stop());
    contract(async () => ({
      options: { dataDir: '', databaseUrl: await server.database(`list_${++count}`) },
      away: async () => undefined,
    }));
  },
);

const QUERIES = [
  '',
  'severity:high',
  '-severity:high,critical status:open,fixed',
  'severity:>=medium -is:closed',
  'severity:low..high confidence:>low',
  'rule:rule-1,rule-2 task:scan-b',
  'rule:no-such-rule',
  'path:SRC/App',
  '-path:src/app word',
  '"Ünïcode 100%" -under_score',
  'title:"rule 3" message:under_score',
  '"_"',
  'back\\slash',
  'asset:shop',
  'asset:ast_2 -asset:ast_1',
  'run:run_3,run_4',
  'first-run:run_1 is:new',
  '-is:new is:open,closed',
  'first-seen:2026-06-01..2026-06-10',
  'first-seen:>7d last-seen:<=2026-06-14',
  'last-seen:2026-06-12',
  'cwe:79',
  'cwe:CWE-79,89 -cve:cve-2026-1',
  'has:cve,purl',
  '-has:cwe severity:>=low',
  'ref:pkg:npm/a@1 path:src',
  'ghsa:ghsa-ABCD-abcd-1234',
];

function contract(prepare: () => Promise<{ options: StoreOptions; away(): Promise<void> }>) {
  it('answers as a filter in JavaScript does, while findings are written', { timeout: 60_000 }, async () => {
    const { options, away } = await prepare();
    const store = await openStore(options);
    const random = numbers(42);
    const world = new World(store, random);
    await world.addAssets();
    for (let round = 0; round < 12; round++) {
      await world.write();
      for (const q of QUERIES) {
        if (random(2) === 0 && round > 0) continue;
        await compare(store, world, { q, sort: pick(random, FINDING_SORTS), limit: 1 + random(40) });
      }
    }
    await store.close();
    await away();
  });

  it('pages through everything once, in order, in every order', async () => {
    const { options, away } = await prepare();
    const store = await openStore(options);
    const world = new World(store, numbers(7));
    await world.addAssets();
    for (let round = 0; round < 4; round++) await world.write();
    for (const sort of FINDING_SORTS) {
      for (const q of ['', '-path:nowhere', 'status:open,fixed']) {
        const seen: string[] = [];
        let after: ListRequest['after'];
        for (;;) {
          const rows = await listFindings(store, {
            project: 'prj_a',
            filter: readFilter(q, NOW),
            sort,
            after,
            limit: 7,
          });
          seen.push(...rows.map((row) => row.id));
          const last = rows.at(-1);
          if (!last || rows.length < 7) break;
          after = [last[SORT_COLUMNS[sort].column], last.id];
        }
        expect(seen, `${sort} ${q}`).toEqual(world.expected({ q, sort }).map((row) => row.id));
      }
    }
    await store.close();
    await away();
  });

  it('shows what was committed before the question', async () => {
    const { options, away } = await prepare();
    const store = await openStore(options);
    const world = new World(store, numbers(1));
    await world.addAssets();
    const found = async () =>
      (await countFindings(store, { project: 'prj_a', filter: readFilter('path:src', NOW) })).total;
    await found();
    for (let n = 0; n < 20; n++) {
      await world.write();
      expect(await found()).toBe(world.expected({ q: 'path:src', sort: 'severity' }).length);
    }
    await store.close();
    await away();
  });
}

async function compare(
  store: Store,
  world: World,
  { q, sort, limit }: { q: string; sort: ListRequest['sort']; limit: number },
): Promise<void> {
  const filter = readFilter(q, NOW);
  const all = world.expected({ q, sort });
  const from = all[Math.floor(all.length / 3)];
  for (const last of [undefined, from]) {
    const after = last && ([last[SORT_COLUMNS[sort].column], last.id] as const);
    const start = last ? all.indexOf(last) + 1 : 0;
    const expected = all.slice(start, start + limit).map((row) => row.id);
    const request = { project: 'prj_a', filter, sort, after, limit };
    expect(
      (await listFindings(store, request)).map((row) => row.id),
      `${sort} ${q}`,
    ).toEqual(expected);
    expect(
      (await listBySql(store.db, request)).map((row) => row.id),
      `${sort} ${q}, by SQL`,
    ).toEqual(expected);
  }
  const { total, counts } = await countFindings(store, { project: 'prj_a', filter });
  expect(total, q).toBe(all.length);
  for (const facet of FACETS) {
    const wanted = new Map<string, number>();
    for (const row of all) wanted.set(row[facet], (wanted.get(row[facet]) ?? 0) + 1);
    expect(new Map(counts[facet]), `${facet} of ${q}`).toEqual(wanted);
  }
}

/** Writes at random, and keeps a copy in memory. */
class World {
  readonly #store: Store;
  readonly #random: (below: number) => number;
  readonly knowledge: Knowledge = { rows: new Map(), references: new Map(), assets: new Map() };
  #count = 0;

  constructor(store: Store, random: (below: number) => number) {
    this.#store = store;
    this.#random = random;
  }

  async addAssets(): Promise<void> {
    for (const [id, name] of [
      ['ast_1', 'Shop front'],
      ['ast_2', 'api'],
      ['ast_3', 'SHOP back'],
    ] as const) {
      this.knowledge.assets.set(id, name);
      await this.#store.write({ lane: 'run' }, ({ tx }) =>
        tx
          .insertInto('asset')
          .values({ id, project: 'prj_a', kind: 'path', key: id, name, created: 1 })
          .execute(),
      );
    }
  }

  expected({ q, sort }: { q: string; sort: ListRequest['sort'] }): Known[] {
    const { column, order, ids } = SORT_COLUMNS[sort];
    const sign = order === 'asc' ? 1 : -1;
    const idSign = ids === 'asc' ? 1 : -1;
    return [...this.knowledge.rows.values()]
      .filter((row) => row.project === 'prj_a' && fits(this.knowledge, row, readFilter(q, NOW)))
      .sort((a, b) => sign * (a[column] - b[column]) || idSign * (a.id < b.id ? -1 : 1));
  }

  async write(): Promise<void> {
    const random = this.#random;
    const { rows, references } = this.knowledge;
    await this.#store.write({ lane: 'run' }, async ({ tx }) => {
      for (let n = 0; n < 30; n++) {
        const row = this.#row(random(9) === 0 ? `odd-${this.#count}` : newId('fnd'));
        await tx.insertInto('finding').values(row).execute();
        rows.set(row.id, row);
        if (random(2) === 0) continue;
        const reference = pick(random, REFERENCES);
        await tx
          .insertInto('finding_ref')
          .values({ finding: row.id, project: 'prj_a', ...reference })
          .execute();
        references.set(row.id, [reference]);
      }
      for (let n = 0; n < 10; n++) {
        const known = pick(random, [...rows.values()]);
        const { severity, severity_rank, status, message, last_seen, last_run } = this.#row(known.id);
        const changed = { severity, severity_rank, status, message, last_seen, last_run };
        await tx.updateTable('finding').set(changed).where('id', '=', known.id).execute();
        rows.set(known.id, { ...known, ...changed });
      }
      // The newest row too: SQLite gives its number again.
      for (const known of [pick(random, [...rows.values()]), [...rows.values()].at(-1)]) {
        if (!known || random(2) === 0) continue;
        await tx.deleteFrom('finding_ref').where('finding', '=', known.id).execute();
        await tx.deleteFrom('finding').where('id', '=', known.id).execute();
        rows.delete(known.id);
        references.delete(known.id);
      }
      for (const known of [pick(random, [...rows.values()]), pick(random, [...rows.values()])]) {
        const reference = pick(random, REFERENCES);
        const before = references.get(known.id) ?? [];
        if (before.some((other) => other.value === reference.value)) continue;
        await tx
          .insertInto('finding_ref')
          .values({ finding: known.id, project: 'prj_a', ...reference })
          .execute();
        references.set(known.id, [...before, reference]);
      }
    });
  }

  #row(id: string): Known {
    const random = this.#random;
    const rank = random(SEVERITIES.length);
    const time = () => NOW - random(20 * 24) * 3_600_000;
    const rule = random(5);
    this.#count++;
    return {
      id,
      project: random(6) === 0 ? 'prj_b' : 'prj_a',
      asset: `ast_${1 + random(3)}`,
      task: pick(random, ['scan-a', 'scan-b']),
      rule: `rule-${rule}`,
      rule_revision: 1,
      title: `Rule ${rule}`,
      message: pick(random, [
        'A word here',
        'Under_score',
        'Ünïcode 100% sure',
        'ünïcode 100x',
        'Back\\Slash',
        `n ${this.#count}`,
      ]),
      severity: SEVERITIES[rank] as string,
      severity_rank: rank,
      confidence: pick(random, CONFIDENCES),
      status: pick(random, FINDING_STATUSES),
      place: pick(random, ['src/app/a.ts', 'src/App/B.ts', 'lib/x.ts', `src/gen/${this.#count}.ts`]),
      location: '{}',
      detail: '{}',
      first_seen: time(),
      last_seen: time(),
      first_run: `run_${random(6)}`,
      last_run: `run_${random(6)}`,
      fixed_run: null,
      assignee: null,
      snooze_until: null,
      snooze_rank: null,
      hidden_by: null,
      merged_into: null,
      accept_until: null,
      own_severity: null,
      priority: null,
      due: null,
      due_told: null,
      closed: null,
      tool_severity: null,
    };
  }
}

const REFERENCES = [
  { kind: 'cwe', value: '79' },
  { kind: 'cwe', value: '89' },
  { kind: 'cve', value: 'CVE-2026-1' },
  { kind: 'purl', value: 'pkg:npm/a@1' },
  { kind: 'ghsa', value: 'GHSA-abcd-abcd-1234' },
] as const;

function pick<T>(random: (below: number) => number, list: readonly T[]): T {
  return list[random(list.length)] as T;
}

/** The same numbers in every run (mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
