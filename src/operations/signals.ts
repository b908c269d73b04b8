import * as z from 'zod';
import { INSTANCE } from '../access/audit.ts';
import { requestPass } from '../findings/priority/passes.ts';
import { importSignals } from '../intel/import-signals.ts';
import { SIGNAL_SOURCES } from '../intel/signal-records.ts';
import { defineOperation, Upload } from './operation.ts';
import { NO_BODY, NONE } from './paging.ts';

const MOST_BYTES = 64 * 1024 * 1024;

const Snapshot = z.object({
  source: z.enum(SIGNAL_SOURCES),
  asOf: z.int().describe('When the snapshot was made, in milliseconds since 1970'),
  imported: z.int(),
  entries: z.int(),
  sha256: z.string(),
});

export const signalsImport = defineOperation({
  id: 'intel.signals.import',
  summary: "Import known signals about vulnerabilities: CISA's list as JSON, or EPSS as CSV; packed or not",
  method: 'POST',
  path: '/intel/signals',
  permission: 'config:write',
  audited: true,
  pathParams: NONE,
  query: z.object({
    'as-of': z.iso.date().optional().describe('Of when it is, where the file does not say so'),
    older: z.stringbool().default(false).describe('Also when a newer snapshot is there'),
  }),
  body: Upload,
  output: Snapshot.omit({ imported: true }).extend({
    removed: z.int().describe('CVEs that were known before and are not in it'),
    unchanged: z.boolean().describe('The same file was imported before'),
    problems: z.array(z.object({ at: z.string(), message: z.string() })),
    moreProblems: z.int(),
  }),
  upload: { maxBytes: MOST_BYTES },
  cli: 'intel signals import',
  async handler(context, { query, body }) {
    const { store } = context.services;
    const now = Date.now();
    return importSignals(store, body.content, {
      asOf: query['as-of'] === undefined ? undefined : Date.parse(query['as-of']),
      older: query.older,
      now,
      finish: (work) => context.change(work),
      async told({ tx, emit }, { source, asOf, entries, sha256, unchanged }) {
        context.audit({ subject: source, project: INSTANCE, after: { asOf, entries, sha256 } });
        emit({
          type: 'signals.imported',
          project: INSTANCE,
          actor: context.caller.id,
          subject: source,
          data: { source, asOf, entries },
        });
        if (unchanged) return;
        const projects = await tx.selectFrom('project').select('id').execute();
        for (const { id } of projects) await requestPass({ tx }, { project: id, scope: 'cve', now });
      },
    });
  },
});

export const signalsStatus = defineOperation({
  id: 'intel.signals.status',
  summary: 'Of when the known signals about vulnerabilities are',
  method: 'GET',
  path: '/intel/signals',
  permission: 'finding:read',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: z.object({
    snapshots: z.array(Snapshot),
    /** What priorities show as unknown. */
    missing: z.array(z.enum(SIGNAL_SOURCES)),
  }),
  cli: 'intel signals status',
  async handler({ services }) {
    const rows = await services.store.db
      .selectFrom('signal_snapshot')
      .selectAll()
      .orderBy('source')
      .execute();
    const snapshots = rows.flatMap((row) => {
      const source = SIGNAL_SOURCES.find((one) => one === row.source);
      if (!source) return [];
      const { as_of, imported, entries, sha256 } = row;
      return [{ source, asOf: Number(as_of), imported: Number(imported), entries: Number(entries), sha256 }];
    });
    return {
      snapshots,
      missing: SIGNAL_SOURCES.filter((source) => !snapshots.some((one) => one.source === source)),
    };
  },
});
