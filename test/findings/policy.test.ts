import { expect, it } from 'vitest';
import { applyTriage } from '../../src/findings/lifecycle/apply-triage.ts';
import { explainFinding } from '../../src/findings/policy/explain.ts';
import { createFollower } from '../../src/findings/policy/follow-log.ts';
import { checkGate } from '../../src/findings/policy/gate.ts';
import { readPolicyFacts } from '../../src/findings/policy/read-facts.ts';
import { readPolicy } from '../../src/findings/policy/read-policy.ts';
import { replay } from '../../src/findings/policy/replay.ts';
import { addRevision } from '../../src/findings/policy/revisions.ts';
import { requestPass } from '../../src/findings/priority/passes.ts';
import type { Store } from '../../src/store/store.ts';
import { parseDocument } from '../../src/workflows/definition/document.ts';
import { ASSET, inFile, inPackage, onBothStores, PROJECT, scan } from './scan.ts';

const DAY = 86_400_000;
const EVERYTHING = [{ at: { kind: 'everything' as const } }];
const POLICY = `version: 1
gate:
  - name: no new high
    match: severity:>=high
    only: new
  - name: likely exploited
    when: epss.score > 0.5
sla:
  days:
    high: 30
    medium: 90
  conditions:
    - name: exploited
      when: kev.listed
      days: 3
triage:
  - name: code of tests
    match: path:test/
    set:
      status: false-positive
      reason: test-code
      comment: Found in code of tests.
      labels: [tests]
  - name: everything low
    match: severity:low
    set: { severity: info }
routing:
  - name: payments
    match: path:payments/
    assign: lea
    labels: [pci]
    channel: payments-team
  - name: rest
    labels: [triage]
`;

onBothStores('policy', (store) => {
  it('gives new findings a priority, a decision, a person and an end; never overrules a person', async () => {
    await prepare(store());
    const follower = follow(store());
    const { results } = await scan(store(), [
      inFile('test/a.ts', 1, { severity: 'high' }),
      inFile('src/payments/b.ts', 1, { severity: 'high' }),
      inFile('src/c.ts', 1, { severity: 'low' }),
    ]);
    const [inTest, payments, low] = results.map(({ id }) => id) as [string, string, string];
    await follower.catchUp();
    const rows = await byId(store());
    expect(rows.get(inTest)).toMatchObject({ status: 'false-positive', severity: 'high', due: null });
    expect(rows.get(payments)).toMatchObject({ status: 'open', assignee: 'usr_lea' });
    expect(Number(rows.get(payments)?.due)).toBe(Number(rows.get(payments)?.first_seen) + 30 * DAY);
    expect(rows.get(low)).toMatchObject({ severity: 'info', own_severity: 'info' });
    expect(Number(rows.get(payments)?.priority)).toBe(38);
    expect(Number(rows.get(inTest)?.priority)).toBe(28);
    expect(await labels(store())).toEqual(
      [
        `${inTest} tests`,
        `${inTest} triage`,
        `${payments} pci`,
        `${payments} triage`,
        `${low} triage`,
      ].sort(),
    );
    const sets = await store().db.selectFrom('change_set').selectAll().execute();
    expect(sets).toMatchObject([{ kind: 'policy', status: 'done' }]);
    expect(Number(sets[0]?.changed)).toBe(3);
    const decisions = await store().db.selectFrom('decision').selectAll().execute();
    expect(decisions).toMatchObject([
      { finding: inTest, source: 'policy', to_status: 'false-positive', reason: 'test-code' },
    ]);
    const routed = await store()
      .db.selectFrom('event')
      .selectAll()
      .where('type', '=', 'finding.routed')
      .execute();
    expect(routed.map(({ subject, data }) => [subject, JSON.parse(data).channel])).toEqual([
      [payments, 'payments-team'],
    ]);

    // A person decides otherwise: the next scans change nothing about that.
    await store().write({ lane: 'interactive' }, (write) =>
      applyTriage(
        write,
        { dialect: store().dialect, project: PROJECT, actor: 'usr_max', source: 'human', changeSet: null },
        [inTest],
        { status: 'confirmed', assignee: null },
      ),
    );
    await store().write({ lane: 'interactive' }, (write) =>
      applyTriage(
        write,
        { dialect: store().dialect, project: PROJECT, actor: 'usr_max', source: 'human', changeSet: null },
        [payments],
        { assignee: null },
      ),
    );
    await scan(store(), [], { covered: EVERYTHING });
    await scan(store(), [
      inFile('test/a.ts', 1, { severity: 'critical' }),
      inFile('src/payments/b.ts', 1, { severity: 'high' }),
    ]);
    await follower.catchUp();
    const later = await byId(store());
    expect(later.get(inTest)).toMatchObject({ status: 'open', severity: 'critical' });
    expect(later.get(payments)).toMatchObject({ status: 'open', assignee: null });
    // It came back: more urgent, and its end counts from then.
    expect(Number(later.get(payments)?.priority)).toBe(42);
    expect(Number(later.get(payments)?.due)).toBeGreaterThan(Number(rows.get(payments)?.due));
    await follower[Symbol.asyncDispose]();
  });

  it('goes on where another process stopped, and does nothing twice', async () => {
    await prepare(store());
    await scan(
      store(),
      Array.from({ length: 1200 }, (_, index) => inFile(`test/f${index}.ts`, 1)),
    );
    const stopped = new AbortController();
    const first = follow(store());
    const second = follow(store());
    setTimeout(() => stopped.abort(), 30);
    await Promise.all([first.catchUp(stopped.signal), second.catchUp()]);
    await first.catchUp();
    const { count } = await store()
      .db.selectFrom('decision')
      .select((e) => e.fn.countAll().as('count'))
      .executeTakeFirstOrThrow();
    expect(Number(count)).toBe(1200);
    const open = await store()
      .db.selectFrom('finding')
      .select('id')
      .where((e) => e.or([e('status', '=', 'open'), e('priority', 'is', null)]))
      .execute();
    expect(open).toEqual([]);
    await first[Symbol.asyncDispose]();
    await second[Symbol.asyncDispose]();
  });

  it('decides about what was there before only when somebody asks for it', async () => {
    await prepare(store());
    await store().write({ lane: 'interactive' }, ({ tx }) => tx.deleteFrom('policy_revision').execute());
    const follower = follow(store());
    await scan(store(), [inFile('test/a.ts', 1, { severity: 'high' })]);
    await follower.catchUp();
    await store().write({ lane: 'interactive' }, (write) =>
      addRevision(write, { project: PROJECT, source: POLICY, note: '', actor: 'tester', now: Date.now() }),
    );
    await follower.catchUp();
    const only = async () => [...(await byId(store())).values()][0];
    expect(await only()).toMatchObject({ status: 'open', due: expect.anything() });
    await store().write({ lane: 'bulk' }, ({ tx }) =>
      requestPass({ tx }, { project: PROJECT, scope: 'all', now: Date.now(), decide: true }),
    );
    await follower.catchUp();
    expect(await only()).toMatchObject({ status: 'false-positive' });
    await follower[Symbol.asyncDispose]();
  });

  it('looks again at what a newer rule took over and at what was merged and is apart again', async () => {
    await prepare(store());
    const follower = follow(store());
    const [policy] = await store().db.selectFrom('policy_revision').select('source').execute();
    await store().write({ lane: 'interactive' }, (write) =>
      addRevision(write, {
        project: PROJECT,
        source: `${policy?.source}  - name: newer\n    match: rule:newer\n    labels: [newer]\n`,
        note: '',
        actor: 'tester',
        now: Date.now(),
      }),
    );
    const weak = { r: { cwe: [79] }, newer: { cwe: [79], replaces: ['r'] } };
    const one = await scan(store(), [inFile('src/a.ts', 1, { severity: 'high' })], {
      tool: 'one',
      rules: weak,
    });
    await follower.catchUp();
    await scan(store(), [inFile('src/a.ts', 1, { rule: 'newer', severity: 'high' })], {
      tool: 'one',
      rules: weak,
    });
    await follower.catchUp();
    const labels = await store()
      .db.selectFrom('finding_label')
      .select('label')
      .where('finding', '=', one.results[0]?.id ?? '')
      .orderBy('label')
      .execute();
    expect(labels.map(({ label }) => label)).toEqual(['newer', 'triage']);

    const two = await scan(store(), [inFile('src/a.ts', 1, { severity: 'high' })], {
      tool: 'two',
      rules: weak,
    });
    const id = two.results[0]?.id ?? '';
    expect(two.results[0]?.mergedInto).toBe(one.results[0]?.id);
    await follower.catchUp();
    const now = async () =>
      store()
        .db.selectFrom('finding')
        .select(['status', 'due', 'merged_into'])
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
    expect(await now()).toMatchObject({ status: 'duplicate', due: null });
    const person = { dialect: store().dialect, project: PROJECT, actor: 'usr_ben', source: 'human' as const };
    await store().write({ lane: 'interactive' }, (write) =>
      applyTriage(write, { ...person, changeSet: null }, [id], { status: 'open' }),
    );
    await follower.catchUp();
    expect(await now()).toMatchObject({ status: 'open', due: expect.any(Number), merged_into: null });
    await follower[Symbol.asyncDispose]();
  });

  it('does not go round in circles when two rules contradict each other', async () => {
    await prepare(store());
    const set = (name: string, from: string, to: string) =>
      `  - { name: ${name}, match: 'severity:${from}', set: { severity: ${to} } }\n`;
    const source = `triage:\n${set('up', 'low', 'high')}${set('down', 'high', 'low')}`;
    await store().write({ lane: 'interactive' }, (write) =>
      addRevision(write, { project: PROJECT, source, note: '', actor: 'tester', now: Date.now() }),
    );
    const follower = follow(store());
    await scan(store(), [inFile('a.ts', 1, { severity: 'low' })]);
    for (let round = 0; round < 4; round += 1) await follower.catchUp();
    expect([...(await byId(store())).values()]).toMatchObject([{ severity: 'high', priority: 38 }]);
    expect(await store().db.selectFrom('change_set').selectAll().execute()).toHaveLength(1);
    await follower[Symbol.asyncDispose]();
  });

  it('follows signals and facts of assets, findings of that kind only', async () => {
    await prepare(store());
    const follower = follow(store());
    const { results } = await scan(store(), [
      inPackage('pkg:npm/a@1', [{ kind: 'cve', value: 'CVE-2024-1' }], { severity: 'high' }),
      inFile('src/c.ts', 1, { severity: 'high' }),
    ]);
    const [vulnerable, code] = results.map(({ id }) => id) as [string, string];
    await follower.catchUp();
    const before = await byId(store());
    expect(Number(before.get(vulnerable)?.due)).toBe(Number(before.get(vulnerable)?.first_seen) + 30 * DAY);
    await store().write({ lane: 'bulk' }, async ({ tx }) => {
      const row = { kev_due: null, ransomware: null, epss: 0.9, percentile: 0.99, updated: 1 };
      await tx
        .insertInto('cve_signal')
        .values({ cve: 'CVE-2024-1', kev_added: 1, ...row })
        .execute();
      for (const source of ['kev', 'epss'])
        await tx
          .insertInto('signal_snapshot')
          .values({ source, as_of: 1, imported: 1, entries: 1, sha256: '' })
          .execute();
      await requestPass({ tx }, { project: PROJECT, scope: 'cve', now: Date.now() });
    });
    await follower.catchUp();
    const after = await byId(store());
    expect(Number(after.get(vulnerable)?.priority)).toBe(38 + 18 + 14);
    expect(Number(after.get(code)?.priority)).toBe(38);
    expect(Number(after.get(vulnerable)?.due)).toBe(Number(before.get(vulnerable)?.first_seen) + 3 * DAY);
    await store().write({ lane: 'bulk' }, async ({ tx }) => {
      await tx.updateTable('asset').set({ exposure: 'internet', criticality: 'critical' }).execute();
      await requestPass({ tx }, { project: PROJECT, scope: { asset: ASSET }, now: Date.now() });
    });
    await follower.catchUp();
    expect(Number((await byId(store())).get(code)?.priority)).toBe(38 + 16);
    expect(
      await store().db.selectFrom('meta').selectAll().where('key', 'like', 'findings-pass%').execute(),
    ).toEqual([]);
    await follower[Symbol.asyncDispose]();
  });

  it('the gate counts what is open; what is unknown is told and does not pass for known', async () => {
    await prepare(store());
    const follower = follow(store());
    const policy = readPolicy(parseDocument(POLICY), Date.now()).policy;
    if (!policy) throw new Error('the policy of this test is wrong');
    const first = await scan(store(), [
      inFile('test/a.ts', 1, { severity: 'high' }),
      inFile('src/b.ts', 1, { severity: 'high' }),
      inPackage('pkg:npm/a@1', [{ kind: 'cve', value: 'CVE-2024-1' }], { severity: 'low' }),
    ]);
    await follower.catchUp();
    const of = (run: string) => checkGate({ store: store(), project: PROJECT, run, now: Date.now() }, policy);
    expect(await of(first.run)).toMatchObject([
      {
        rule: 'no new high',
        line: 3,
        passed: false,
        count: 1,
        unknown: 0,
        examples: [{ place: 'src/b.ts' }],
      },
      { rule: 'likely exploited', passed: true, count: 0, unknown: 1, unknownWhy: 'epss.score is unknown' },
    ]);
    const second = await scan(store(), [inFile('src/b.ts', 1, { severity: 'high' })]);
    expect(await of(second.run)).toMatchObject([{ passed: true, count: 0 }, { passed: true }]);
    await follower[Symbol.asyncDispose]();
  });

  it('explains which line decided, and why the others did not', async () => {
    await prepare(store());
    const follower = follow(store());
    const policy = readPolicy(parseDocument(POLICY), Date.now()).policy;
    if (!policy) throw new Error('the policy of this test is wrong');
    const { results } = await scan(store(), [inFile('src/payments/b.ts', 1, { severity: 'high' })]);
    await follower.catchUp();
    const id = results[0]?.id ?? '';
    const now = Date.now();
    const [facts] = await readPolicyFacts(store().db, store().dialect, { ids: [id], weights: {}, now });
    if (!facts) throw new Error('the finding is gone');
    const told = await explainFinding(store(), policy, { facts, now });
    const brief = told.map(
      ({ section, rule, line, outcome, why }) => `${section} ${line} ${rule}: ${outcome}, ${why}`,
    );
    const due = new Date(facts.priorityFacts.firstSeen + 30 * DAY).toISOString().slice(0, 10);
    expect(brief).toEqual([
      'gate 3 no new high: decided, one such finding makes the gate fail',
      'gate 6 likely exploited: does-not-fit, epss.score > 0.5 does not hold',
      'triage 17 code of tests: does-not-fit, path:test/ does not hold',
      'triage 24 everything low: does-not-fit, severity:low does not hold',
      'routing 28 payments: decided, assigned to lea; told in payments-team; labelled pci',
      'routing 33 rest: decided, labelled triage',
      `sla 10 days of high: decided, 30 days: due on ${due}`,
      'sla 13 exploited: does-not-fit, kev.listed does not hold',
    ]);
    await follower[Symbol.asyncDispose]();
  });

  it('replays what was with another policy, and changes nothing', async () => {
    await prepare(store());
    const follower = follow(store());
    const first = await scan(store(), [
      inFile('test/a.ts', 1, { severity: 'high' }),
      inFile('src/b.ts', 1, { severity: 'high' }),
      inFile('docs/c.ts', 1, { severity: 'high' }),
    ]);
    await addRuns(store(), [first.run]);
    await follower.catchUp();
    const before = await dump(store());
    const candidate = POLICY.replace('match: path:test/', 'match: path:docs/').replace('high: 30', 'high: 0');
    const policy = readPolicy(parseDocument(candidate), Date.now()).policy;
    if (!policy) throw new Error('the policy of this test is wrong');
    const answer = await replay(store(), {
      project: PROJECT,
      policy,
      since: Date.now() - DAY,
      now: Date.now() + DAY,
    });
    expect(answer.findings).toEqual({ new: 3, lookedAt: 3 });
    expect(answer.triaged).toMatchObject([
      { rule: 'code of tests', count: 1, examples: [{ place: 'docs/c.ts' }] },
    ]);
    expect(answer.labelled).toMatchObject([{ rule: 'rest', count: 3 }]);
    // What the policy of then had dismissed (test/a.ts) is open in this replay, what the candidate dismisses is not.
    expect(answer.runs).toMatchObject([
      { run: first.run, passed: false, failed: [{ rule: 'no new high', count: 2 }] },
    ]);
    expect(answer.overdue).toMatchObject({ count: 2, checked: 3, of: 3, bySeverity: { high: 2 } });
    expect(await dump(store())).toEqual(before);
    await follower[Symbol.asyncDispose]();
  });
});

function follow(store: Store) {
  const failed = (error: unknown) => {
    throw error;
  };
  return createFollower({ store, parse: parseDocument, onProblem: failed });
}

async function prepare(store: Store): Promise<void> {
  await store.write({ lane: 'interactive' }, async (write) => {
    const { tx } = write;
    const asset = { id: ASSET, project: PROJECT, kind: 'path', key: '/a', name: 'a', created: 1 };
    await tx.insertInto('asset').values(asset).execute();
    const account = { name: 'Lea', password: '', role: 'analyst', created: 1, disabled: 0 };
    await tx
      .insertInto('user_account')
      .values({ id: 'usr_lea', login: 'lea', ...account })
      .execute();
    await addRevision(write, {
      project: PROJECT,
      source: POLICY,
      note: '',
      actor: 'tester',
      now: Date.now(),
    });
  });
}

async function addRuns(store: Store, ids: readonly string[]): Promise<void> {
  const now = Date.now();
  const row = {
    project: PROJECT,
    task: 't',
    task_version: 1,
    status: 'done',
    params: '{}',
    target: null,
    asset: ASSET,
  };
  const more = {
    principal: 'x',
    instance: null,
    fence: 0,
    created: now,
    started: now,
    ended: now,
    progress: null,
  };
  const rest = { counts: '{}', output: null, error_code: null, error_message: null, rerun_of: null };
  await store.write({ lane: 'run' }, async ({ tx }) => {
    for (const id of ids)
      await tx
        .insertInto('run')
        .values({ id, ...row, ...more, ...rest })
        .execute();
  });
}

async function byId(store: Store) {
  const rows = await store.db.selectFrom('finding').selectAll().execute();
  return new Map(rows.map((row) => [row.id, row]));
}

async function labels(store: Store): Promise<string[]> {
  const rows = await store.db.selectFrom('finding_label').selectAll().execute();
  return rows.map(({ finding, label }) => `${finding} ${label}`).sort();
}

async function dump(store: Store): Promise<unknown> {
  const tables = [
    'finding',
    'finding_history',
    'finding_label',
    'decision',
    'change_set',
    'event',
    'meta',
  ] as const;
  return Promise.all(tables.map((table) => store.db.selectFrom(table).selectAll().execute()));
}
