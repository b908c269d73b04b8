import * as z from 'zod';
import { SentinelError } from '../lib/errors.ts';
import { bySeverityAndPlace, type RunFinding } from '../reports/run-findings.ts';
import { sarifText } from '../reports/sarif.ts';
import { toSummary } from '../store/findings.ts';
import { getRun, toRun } from '../store/runs.ts';
import { Download, defineOperation } from './operation.ts';
import { NO_BODY, NONE } from './paging.ts';

export const runSarif = defineOperation({
  id: 'runs.sarif',
  summary: 'Findings of a run as SARIF 2.1.0, for code hosts and editors',
  method: 'GET',
  path: '/runs/{id}/sarif',
  permission: 'finding:read',
  audited: false,
  pathParams: z.object({ id: z.string() }),
  query: NONE,
  body: NO_BODY,
  output: Download,
  download: true,
  cli: 'runs sarif',
  async handler({ services, caller }, { path }) {
    const { db } = services.store;
    const row = await getRun(db, path.id);
    if (row.project !== caller.project) throw new SentinelError('not-found', `There is no run ${path.id}.`);
    const rows = await db
      .selectFrom('occurrence as o')
      .innerJoin('finding as f', 'f.id', 'o.finding')
      .selectAll('f')
      .select('o.change')
      .where('o.run', '=', path.id)
      .execute();
    const findings: RunFinding[] = rows.map((one) => ({ ...toSummary(one), change: one.change }));
    const problems = await db
      .selectFrom('problem')
      .select(['at', 'code', 'message'])
      .where('run', '=', path.id)
      .orderBy('seq')
      .execute();
    const report = { run: toRun(row), findings: findings.sort(bySeverityAndPlace), problems };
    return {
      name: `${row.task}-${row.id.slice(-8)}.sarif`,
      mediaType: 'application/sarif+json',
      async *open() {
        for await (const piece of sarifText(db, report, services.version)) yield Buffer.from(piece);
      },
    };
  },
});
