import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Transaction } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresServer, postgresPrograms, startPostgres } from '../../../test/servers/postgres.ts';
import { newId } from '../../lib/ids.ts';
import { FINDING_STATUSES } from '../../model/finding.ts';
import { CONFIDENCES, SEVERITIES } from '../../model/severity.ts';
import { countFindings, countHidden, findingIds, listFindings } from '../findings.ts';
import { openStore, type StoreOptions } from '../open.ts';
import type { Database } from '../schema.ts';
import type { Store } from '../store.ts';
import {
  FACETS,
  FINDING_SORTS,
  HIDDEN_STATES,
  type Hide,
  type ListRequest,
  NOBODY,
  SORT_COLUMNS,
  sortValue,
} from './filter.ts';
import { readListFilter } from './keys.ts';
import { fits, isHidden, type Knowledge, type Known } from './naive.test-kit.ts';
import { idsBySql, listBySql } from './sql.ts';

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
  'asset:shop*',
  'asset:"SHOP FRONT"',
  'asset:api,"shop back"',
  '-asset:*front',
  'asset:*o*r*t',
  'asset:sh*k,ast_2',
  'asset:100%*',
  'asset:1\\*_%',
  'asset:*\\**',
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
  'assignee:anna',
  '-assignee:anna status:open',
  'assignee:usr_ben,none',
  'assignee:me',
  'label:blocker',
  '-label:blocker,later',
  'label:none is:open',
  'is:snoozed',
  '-is:suppressed severity:high',
  'is:hidden',
  'show:hidden',
  'is:merged,snoozed path:src',
  'is:overdue',
  '-is:overdue',
  'is:accepted accepted-until:<5d',
  'priority:>=50',
  '-priority:10..20',
  'priority:none',
  'due:<3d',
  'due:2026-06-16..',
  '-due:none',
  'closed:>7d',
  'status:fixed closed:2026-06-01..2026-06-12',
  'closed:none -severity:low',
  'is:kev',
  'epss:>=50%',
  '-epss:<0.2 has:cve',
  'suppression:sup_1',
  '-suppression:sup_1 is:open',
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
            ...readListFilter(q, { now: NOW }),
            sort,
            after,
            limit: 7,
          });
          seen.push(...rows.map((row) => row.id));
          const last = rows.at(-1);
          if (!last || rows.length < 7) break;
          after = [sortValue(last, sort), last.id];
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
      (await countFindings(store, { project: 'prj_a', ...readListFilter('path:src', { now: NOW }) })).total;
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
  const { filter, hide } = readListFilter(q, { now: NOW, me: 'usr_anna' });
  const all = world.expected({ q, sort });
  const from = all[Math.floor(all.length / 3)];
  for (const last of [undefined, from]) {
    const after = last && ([sortValue(last, sort), last.id] as const);
    const start = last ? all.indexOf(last) + 1 : 0;
    const expected = all.slice(start, start + limit).map((row) => row.id);
    const request = { project: 'prj_a', filter, hide, sort, after, limit };
    expect(
      (await listFindings(store, request)).map((row) => row.id),
      `${sort} ${q}`,
    ).toEqual(expected);
    expect(
      (await listBySql(store.db, request)).map((row) => row.id),
      `${sort} ${q}, by SQL`,
    ).toEqual(expected);
    const ids = all.map((row) => row.id).sort();
    const idsAfter = ids[Math.floor(ids.length / 2)];
    const page = { project: 'prj_a', filter, hide, limit, ...(last && { after: idsAfter }) };
    const wanted = ids.filter((id) => !last || id > (idsAfter ?? '')).slice(0, limit);
    expect(await findingIds(store, page), `ids of ${q}`).toEqual(wanted);
    expect(await idsBySql(store.db, page), `ids of ${q}, by SQL`).toEqual(wanted);
  }
  const { total, counts, hidden } = await countFindings(store, { project: 'prj_a', filter, hide });
  expect(total, q).toBe(all.length);
  expect(hidden, `hidden of ${q}`).toEqual(world.hidden(q));
  expect(await countHidden(store, { project: 'prj_a', filter, hide }), q).toEqual(world.hidden(q));
  for (const facet of FACETS) {
    const wanted = new Map<string, number>();
    for (const row of all)
      for (const value of world.valuesOf(row, facet)) wanted.set(value, (wanted.get(value) ?? 0) + 1);
    expect(new Map(counts[facet]), `${facet} of ${q}`).toEqual(wanted);
  }
}

/** Writes at random, and keeps a copy in memory. */
class World {
  readonly #store: Store;
  readonly #random: (below: number) => number;
  readonly knowledge: Knowledge = {
    rows: new Map(),
    references: new Map(),
    assets: new Map(),
    labels: new Map(),
    accounts: new Map([['anna', 'usr_anna']]),
    signals: new Map([
      ['CVE-2026-1', { kev: true, epss: 0.5 }],
      ['CVE-2026-2', { kev: false, epss: 0.1 }],
    ]),
  };
  #count = 0;

  constructor(store: Store, random: (below: number) => number) {
    this.#store = store;
    this.#random = random;
  }

  async addAssets(): Promise<void> {
    await this.#store.write({ lane: 'run' }, async ({ tx }) => {
      const account = { login: 'anna', name: '', password: '', role: '', created: 1, disabled: 0 };
      await tx
        .insertInto('user_account')
        .values({ id: 'usr_anna', ...account })
        .execute();
      for (const [cve, { kev, epss }] of this.knowledge.signals)
        await tx
          .insertInto('cve_signal')
          .values({
            cve,
            kev_added: kev ? 1 : null,
            kev_due: null,
            ransomware: null,
            epss,
            percentile: null,
            updated: 1,
          })
          .execute();
    });
    for (const [id, name] of [
      ['ast_1', 'Shop front'],
      ['ast_2', 'api'],
      ['ast_3', 'SHOP back'],
      ['ast_4', 'Shop front 2'],
      ['ast_5', '1*_%'],
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

  /** What fits, with why a list leaves it out. */
  #found(q: string): { row: Known; hiddenBy: Hide['states'] }[] {
    const { filter, hide } = readListFilter(q, { now: NOW, me: 'usr_anna' });
    return [...this.knowledge.rows.values()]
      .filter((row) => row.project === 'prj_a' && fits(this.knowledge, row, filter))
      .map((row) => ({ row, hiddenBy: hide.states.filter((state) => isHidden(row, state, NOW)) }));
  }

  hidden(q: string): Record<string, number> {
    const found = this.#found(q);
    const count = (state: Hide['states'][number]) =>
      found.filter(({ hiddenBy }) => hiddenBy.includes(state)).length;
    return {
      ...Object.fromEntries(HIDDEN_STATES.map((state) => [state, count(state)])),
      any: found.filter(({ hiddenBy }) => hiddenBy.length > 0).length,
    };
  }

  valuesOf(row: Known, facet: (typeof FACETS)[number]): string[] {
    if (facet === 'label') return this.knowledge.labels.get(row.id) ?? [];
    return [row[facet] ?? NOBODY];
  }

  expected({ q, sort }: { q: string; sort: ListRequest['sort'] }): Known[] {
    const { order, ids } = SORT_COLUMNS[sort];
    const sign = order === 'asc' ? 1 : -1;
    const idSign = ids === 'asc' ? 1 : -1;
    return this.#found(q)
      .flatMap(({ row, hiddenBy }) => (hiddenBy.length === 0 ? [row] : []))
      .sort((a, b) => sign * (sortValue(a, sort) - sortValue(b, sort)) || idSign * (a.id < b.id ? -1 : 1));
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
        const { severity, severity_rank, status, message, last_seen, last_run, ...row } = this.#row(known.id);
        const { assignee, snooze_until, snooze_rank, hidden_by, merged_into, due, priority } = row;
        const work = { assignee, snooze_until, snooze_rank, hidden_by, merged_into, due, priority };
        const changed = { severity, severity_rank, status, message, last_seen, last_run, ...work };
        await tx.updateTable('finding').set(changed).where('id', '=', known.id).execute();
        rows.set(known.id, { ...known, ...changed });
      }
      for (let n = 0; n < 8; n++) await this.#toggleLabel(tx, pick(random, [...rows.values()]).id);
      // The newest row too: SQLite gives its number again.
      for (const known of [pick(random, [...rows.values()]), [...rows.values()].at(-1)]) {
        if (!known || random(2) === 0) continue;
        await tx.deleteFrom('finding_ref').where('finding', '=', known.id).execute();
        await tx.deleteFrom('finding_label').where('finding', '=', known.id).execute();
        this.knowledge.labels.delete(known.id);
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

  async #toggleLabel(tx: Transaction<Database>, finding: string): Promise<void> {
    const { labels } = this.knowledge;
    const label = pick(this.#random, ['blocker', 'later', 'team/a b']);
    const before = labels.get(finding) ?? [];
    if (before.includes(label)) {
      await tx
        .deleteFrom('finding_label')
        .where('finding', '=', finding)
        .where('label', '=', label)
        .execute();
      labels.set(
        finding,
        before.filter((other) => other !== label),
      );
      return;
    }
    await tx.insertInto('finding_label').values({ finding, project: 'prj_a', label }).execute();
    labels.set(finding, [...before, label]);
  }

  #row(id: string): Known {
    const random = this.#random;
    const rank = random(SEVERITIES.length);
    const time = () => NOW - random(20 * 24) * 3_600_000;
    const rule = random(5);
    const some = <T>(value: T): T | null => (random(4) === 0 ? value : null);
    this.#count++;
    return {
      id,
      project: random(6) === 0 ? 'prj_b' : 'prj_a',
      asset: `ast_${1 + random(5)}`,
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
      assignee: some(pick(random, ['usr_anna', 'usr_ben'])),
      snooze_until: some(NOW + (random(3) - 1) * 86_400_000),
      snooze_rank: some(1),
      hidden_by: some(pick(random, ['sup_1', 'sup_2'])),
      merged_into: some('fnd_other'),
      accept_until: some(NOW + random(10) * 86_400_000),
      own_severity: null,
      priority: some(random(100)),
      due: some(NOW + (random(10) - 5) * 86_400_000),
      due_told: null,
      closed: null,
      tool_severity: null,
      content: null,
      matched: null,
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
