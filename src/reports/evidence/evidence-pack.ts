import { createHash } from 'node:crypto';
import type { Store } from '../../store/store.ts';
import {
  acceptanceRows,
  approvalRows,
  auditRows,
  findingRows,
  type Period,
  runRows,
  signalRows,
} from './evidence-rows.ts';
import { type ZipMember, zipOf } from './zip-writer.ts';

export const EVIDENCE_PARTS = ['findings', 'acceptances', 'runs', 'audit', 'signals'] as const;
export type EvidencePart = (typeof EVIDENCE_PARTS)[number];

interface PackFile {
  name: string;
  part: EvidencePart;
  rows(db: Store['db'], period: Period): AsyncGenerator<object>;
}

const FILES: readonly PackFile[] = [
  { name: 'findings.jsonl', part: 'findings', rows: findingRows },
  { name: 'acceptances.jsonl', part: 'acceptances', rows: acceptanceRows },
  { name: 'acceptance-approvals.jsonl', part: 'acceptances', rows: approvalRows },
  { name: 'runs.jsonl', part: 'runs', rows: runRows },
  { name: 'audit.jsonl', part: 'audit', rows: auditRows },
  { name: 'signals.jsonl', part: 'signals', rows: signalRows },
];

/** What the chain of the audit log said when the pack was made. */
export interface AuditState {
  ok: boolean;
  entries: number;
}

/**
 * Evidence for a period: one file of JSON lines for each part, then a manifest with the SHA-256 of each. It tells of no time of its
 * own: a period that is over gives the same bytes again, as long as nothing in it and no status of its findings has changed.
 */
export function evidencePack(
  db: Store['db'],
  asked: { period: Period; parts: readonly EvidencePart[]; audit: AuditState | null; version: string },
): AsyncGenerator<Uint8Array> {
  return zipOf(members(db, asked));
}

async function* members(
  db: Store['db'],
  { period, parts, audit, version }: Parameters<typeof evidencePack>[1],
): AsyncGenerator<ZipMember> {
  const files: { name: string; sha256: string; bytes: number; rows: number }[] = [];
  for (const { name, rows } of FILES.filter((file) => parts.includes(file.part))) {
    const hash = createHash('sha256');
    const file = { name, sha256: '', bytes: 0, rows: 0 };
    yield {
      name,
      async *content() {
        for await (const row of rows(db, period)) {
          const line = Buffer.from(`${JSON.stringify(row)}\n`);
          hash.update(line);
          file.bytes += line.length;
          file.rows += 1;
          yield line;
        }
      },
    };
    files.push({ ...file, sha256: hash.digest('hex') });
  }
  const manifest = {
    format: 'sentinelx-evidence',
    v: 1,
    madeBy: `SentinelX ${version}`,
    project: period.project,
    from: new Date(period.from).toISOString(),
    until: new Date(period.to).toISOString(),
    files,
    leftOut: EVIDENCE_PARTS.filter((part) => !parts.includes(part)),
    auditChain: audit,
  };
  yield {
    name: 'manifest.json',
    async *content() {
      yield Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
    },
  };
}
