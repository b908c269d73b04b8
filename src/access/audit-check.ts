import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '../store/store.ts';
import { type AuditRow, GENESIS, macOf } from './audit.ts';

export interface AuditVerdict {
  ok: boolean;
  entries: number;
  /** What is wrong, the first fifty: an entry that was changed, is missing or stands in the wrong place; a tail that was cut. */
  problems: { seq: number; problem: string }[];
  /** The newest anchor that fits: up to here nothing was cut or rewritten, whoever had the database. */
  anchoredUpTo: number;
  anchors: number;
}

export interface Anchor {
  seq: number;
  mac: string;
  time: number;
}

/** Each line holds one anchor: outside of the database, so that cutting the tail of the log is noticed. */
export const ANCHOR_FILE = 'audit-anchors.jsonl';

const PAGE = 2_000;
const MOST_PROBLEMS = 50;

/** Follows the whole chain from the first entry and compares it with the anchors beside the database. */
export async function verifyAudit(store: Store, key: Buffer, dataDir: string): Promise<AuditVerdict> {
  const problems: AuditVerdict['problems'] = [];
  const report = (seq: number, problem: string) => {
    if (problems.length < MOST_PROBLEMS) problems.push({ seq, problem });
  };
  const anchors = await readAnchors(dataDir, report);
  const wanted = new Map(anchors.map((anchor) => [anchor.seq, anchor.mac]));
  let before = GENESIS;
  let seq = 0;
  let entries = 0;
  let anchoredUpTo = 0;
  for await (const row of allEntries(store)) {
    entries += 1;
    if (row.seq !== seq + 1)
      report(
        row.seq,
        row.seq > seq + 1 ? `the entries ${seq + 1} to ${row.seq - 1} are missing` : 'stands twice',
      );
    const { mac, ...entry } = row;
    if (macOf(key, before, entry) !== mac)
      report(
        row.seq,
        row.seq === seq + 1 ? 'was changed, or the one before it' : 'does not follow on the one before it',
      );
    const anchor = wanted.get(row.seq);
    if (anchor === mac) anchoredUpTo = row.seq;
    else if (anchor !== undefined) report(row.seq, 'is not the one that was anchored');
    seq = row.seq;
    before = mac;
  }
  const last = Math.max(0, ...anchors.map((anchor) => anchor.seq));
  if (last > seq) report(seq, `the end was cut: there was an entry ${last}`);
  return { ok: problems.length === 0, entries, problems, anchoredUpTo, anchors: anchors.length };
}

export async function* allEntries(store: Store): AsyncGenerator<AuditRow> {
  let after = 0;
  for (;;) {
    const rows = await store.db
      .selectFrom('audit_entry')
      .selectAll()
      .where('seq', '>', after)
      .orderBy('seq')
      .limit(PAGE)
      .execute();
    yield* rows;
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.seq ?? after;
  }
}

async function readAnchors(
  dataDir: string,
  report: (seq: number, problem: string) => void,
): Promise<Anchor[]> {
  const text = await readFile(join(dataDir, ANCHOR_FILE), 'utf8').catch(() => '');
  const anchors: Anchor[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '') continue;
    try {
      const { seq, mac, time } = JSON.parse(line) as Anchor;
      if (!Number.isInteger(seq) || typeof mac !== 'string') throw new Error('shape');
      anchors.push({ seq, mac, time });
    } catch {
      report(0, `line ${index + 1} of ${ANCHOR_FILE} cannot be read`);
    }
  }
  return anchors;
}
