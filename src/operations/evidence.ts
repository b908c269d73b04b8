import * as z from 'zod';
import { verifyAudit } from '../access/audit-check.ts';
import { changesOf } from '../findings/diff/changes-between.ts';
import { SentinelError } from '../lib/errors.ts';
import { EVIDENCE_PARTS, evidencePack } from '../reports/evidence/evidence-pack.ts';
import type { Store } from '../store/store.ts';
import { may } from './invoke.ts';
import { Download, defineOperation } from './operation.ts';
import { NO_BODY, NONE } from './paging.ts';

const ID = 'reports.evidence';
const DAY_MS = 86_400_000;

export const evidenceGet = defineOperation({
  id: ID,
  summary:
    'Evidence for a period as a ZIP file: findings with their history and their status at the end of the period beside that of today, accepted risks, runs, audit entries, ages of the signals, and a manifest with hashes',
  method: 'GET',
  path: '/reports/evidence',
  permission: 'report:read',
  audited: true,
  pathParams: NONE,
  query: z.object({
    from: z.iso.date().describe('The first day, in UTC'),
    until: z.iso.date().describe('The last day, in UTC'),
    parts: z
      .string()
      .max(200)
      .default(EVIDENCE_PARTS.join(','))
      .transform((text) => text.split(','))
      .pipe(z.array(z.enum(EVIDENCE_PARTS)).min(1))
      .describe(`What it holds, separated by commas: ${EVIDENCE_PARTS.join(', ')}`),
  }),
  body: NO_BODY,
  output: Download,
  download: true,
  cli: 'report evidence',
  async handler(context, { query }) {
    const { services, caller } = context;
    const period = {
      project: caller.project,
      from: Date.parse(query.from),
      to: Date.parse(query.until) + DAY_MS,
      statesAt: (findings: readonly string[], from: number) =>
        changesOf(services.store.db, { findings, from }),
    };
    if (period.to <= period.from)
      throw new SentinelError('invalid-parameter', 'until: lies before the first day.', {
        fields: [{ field: 'until', message: 'lies before the first day' }],
      });
    for (const part of query.parts) {
      const needs = NEEDS[part];
      if (needs && !may(caller, needs))
        throw new SentinelError('forbidden', `The part '${part}' needs the permission ${needs}.`);
    }
    const audit = query.parts.includes('audit')
      ? await verifyAudit(services.store, services.audit.key, services.dataDir)
      : null;
    const stored = await services.blobs.put(
      evidencePack(services.store.db, {
        period,
        parts: query.parts,
        audit: audit && { ok: audit.ok, entries: audit.entries },
        version: services.version,
      }),
    );
    // Nothing else says that this file was made by us: whoever has it asks with its hash.
    context.audit({
      subject: subjectOf(stored.sha256),
      after: { from: query.from, until: query.until, parts: query.parts, bytes: stored.size },
    });
    return {
      name: `evidence-${query.from}-${query.until}.zip`,
      mediaType: 'application/zip',
      size: stored.size,
      etag: `"${stored.sha256.slice(0, 32)}"`,
      // Nothing names the blob: it is swept away an hour later.
      open: (range) => services.blobs.open(stored.id, range),
    };
  },
});

const NEEDS = {
  findings: 'finding:read',
  acceptances: 'finding:read',
  runs: 'run:read',
  audit: 'audit:read',
  signals: 'finding:read',
} as const;

const Made = z.object({ from: z.string(), until: z.string() });

/** When a pack with this hash was made here, as the audit log has it. */
export async function evidenceMade(
  db: Store['db'],
  { project, sha256 }: { project: string; sha256: string },
): Promise<{ time: number; from: string; until: string }[]> {
  const rows = await db
    .selectFrom('audit_entry')
    .select(['time', 'after'])
    .where('subject', '=', subjectOf(sha256))
    .where('operation', '=', ID)
    .where('project', '=', project)
    .where('outcome', '=', 'done')
    .orderBy('seq')
    .limit(20)
    .execute();
  return rows.flatMap(({ time, after }) => {
    const made = Made.safeParse(JSON.parse(after ?? 'null'));
    return made.success ? [{ time: Number(time), ...made.data }] : [];
  });
}

function subjectOf(sha256: string): string {
  return `sha256:${sha256}`;
}
