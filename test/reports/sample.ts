import { newId } from '../../src/lib/ids.ts';
import type { Store } from '../../src/store/store.ts';

export const PROJECT = 'prj_default';
export const HOSTILE = `"><script>alert(1)</script></script><!--<img src=x onerror=alert(2)>=cmd|' /C calc'!A0`;

const RULES = [
  ['sql-injection', 'SQL query built from user input', 'critical', [89]],
  ['hard-coded-password', 'Password in plain text', 'high', [798]],
  ['weak-hash', 'Weak hash for passwords', 'medium', [916, 328]],
  ['debug-on', 'Debug mode is switched on', 'low', [489]],
  ['csp-missing', 'No Content-Security-Policy', 'info', [1021]],
] as const;
const STATUSES = [
  'open',
  'open',
  'open',
  'open',
  'confirmed',
  'risk-accepted',
  'false-positive',
  'fixed',
] as const;
const RANKS = ['critical', 'high', 'medium', 'low', 'info'];
const DAY = 86_400_000;

/** Rows as a scan would have left them: five rules, code, some decisions, and texts that want to break out of every format. */
export async function fillFindings(
  store: Store,
  count: number,
  options: { hostile?: boolean; now?: number } = {},
): Promise<string[]> {
  const now = options.now ?? Date.now();
  const ids = Array.from({ length: count }, () => newId('fnd'));
  await store.write({ lane: 'bulk' }, async ({ tx }) => {
    for (const [id, title, severity, cwe] of RULES)
      await tx
        .insertInto('rule')
        .values({
          task: 'code-scan',
          id,
          revision: 1,
          text: JSON.stringify({
            title,
            severity,
            cwe,
            why: `${title}: somebody who controls the value decides what is done with it, with the rights of the application.`,
            fix: 'Take the value out of the text and give it as a parameter; the library does the rest.',
            references: ['https://cwe.mitre.org/data/definitions/89.html'],
          }),
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    for (let asset = 0; asset < 12; asset += 1)
      await tx
        .insertInto('asset')
        .values({
          id: `ast_${asset}`,
          project: PROJECT,
          kind: 'path',
          key: `key ${asset}`,
          name: `service-${asset}`,
          created: now,
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
  });
  for (let from = 0; from < count; from += 250)
    await store.write({ lane: 'bulk' }, async ({ tx }) => {
      const rows = ids
        .slice(from, from + 250)
        .map((id, offset) => findingRow(id, from + offset, now, options.hostile === true));
      await tx.insertInto('finding').values(rows).execute();
      const decided = rows.filter(({ status }) => status === 'risk-accepted' || status === 'false-positive');
      if (decided.length > 0)
        await tx
          .insertInto('decision')
          .values(
            decided.map((row) => ({
              id: newId('dec'),
              project: PROJECT,
              finding: row.id,
              time: now - DAY,
              actor: 'local:ada',
              source: 'human' as const,
              from_status: 'open',
              to_status: row.status,
              reason: row.status === 'risk-accepted' ? 'planned' : 'test-code',
              comment: 'Goes away with the next release.',
              rule_revision: 1,
              snapshot: '{}',
              model_score: null,
              model_version: null,
            })),
          )
          .execute();
    });
  return ids;
}

function findingRow(id: string, index: number, now: number, hostile: boolean) {
  const [rule, title, severity] = RULES[(index * 7) % 5] ?? RULES[0];
  const status = STATUSES[(index * 11) % STATUSES.length] ?? 'open';
  const seen = now - ((index * 37) % 160) * DAY;
  const line = 1 + ((index * 13) % 400);
  const text = hostile && index % 3 === 0 ? HOSTILE : '';
  const place = `src/${['api', 'web', 'jobs', 'lib'][index % 4]}/${['orders', 'users', 'mail', 'search', 'export'][index % 5]}-${index % 97}.ts${text}`;
  return {
    id,
    project: PROJECT,
    asset: `ast_${index % 12}`,
    task: 'code-scan',
    rule,
    rule_revision: 1,
    title: `${title}${text}`,
    message: `The value of 'q${index}' reaches the database without a check.${text}`,
    severity,
    severity_rank: RANKS.indexOf(severity),
    confidence: ['high', 'medium', 'low'][index % 3] ?? 'low',
    status,
    place,
    location: JSON.stringify({ kind: 'file', path: place, region: { startLine: line } }),
    detail: JSON.stringify({
      evidence: index % 4 === 0 ? `q${index} = request.query${text}` : null,
      excerpt: {
        firstLine: Math.max(1, line - 3),
        lines: Array.from(
          { length: 7 },
          (_, at) =>
            `${at === 3 ? '  const rows = await db.query(`select * from orders where id = ${q}`);' : `  // line ${line - 3 + at} of the handler`}${text}`,
        ),
      },
      flow:
        index % 10 === 0
          ? [
              {
                at: { kind: 'file', path: place, region: { startLine: 1 } },
                note: `comes in as a parameter${text}`,
              },
            ]
          : [],
      about:
        index % 6 === 0
          ? [
              { kind: 'cve', value: `CVE-2026-${1000 + (index % 500)}` },
              { kind: 'purl', value: 'pkg:npm/orders@1.2.3' },
            ]
          : [],
      related: [],
    }),
    first_seen: seen,
    last_seen: Math.min(now, seen + 20 * DAY),
    first_run: 'run_1',
    last_run: 'run_2',
    fixed_run: status === 'fixed' ? 'run_3' : null,
    closed: status === 'fixed' ? now - (index % 20) * DAY : null,
    accept_until: status === 'risk-accepted' ? now + 90 * DAY : null,
    due: status === 'open' && index % 5 === 0 ? now + ((index % 9) - 4) * DAY : null,
    priority: 900 - ((index * 17) % 900),
  };
}
