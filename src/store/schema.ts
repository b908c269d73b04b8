import type { Generated } from 'kysely';

/**
 * The tables as both databases have them. Ids are prefixed UUIDv7, times integer milliseconds UTC, JSON is text, booleans
 * are 0 and 1. `docs/decisions/0004-store.md` gives the reasons.
 */
export interface Database {
  meta: { key: string; value: string };
  instances: {
    id: string;
    pid: number;
    started: number;
    host: string;
    role: string;
    heartbeat: number;
    version: string;
  };
  project: { id: string; slug: string; name: string; created: number };
  user_account: {
    id: string;
    /** Lower-cased; what one signs in with. */
    login: string;
    name: string;
    password: string;
    role: string;
    created: number;
    disabled: number;
  };
  /** `id` is the SHA-256 of the cookie's value, hex. */
  session: {
    id: string;
    user: string;
    created: number;
    seen: number;
    expires: number;
    address: string;
    agent: string;
  };
  scope_entry: {
    id: string;
    project: string;
    kind: 'path' | 'host';
    value: string;
    created: number;
    actor: string;
  };
  asset: { id: string; project: string; kind: string; key: string; name: string; created: number };
  run: {
    id: string;
    project: string;
    task: string;
    task_version: number;
    status: string;
    params: string;
    target: string | null;
    asset: string | null;
    principal: string;
    instance: string | null;
    /** Goes up each time that an instance takes the run; a late result with an older number is refused. */
    fence: number;
    created: number;
    started: number | null;
    ended: number | null;
    progress: string | null;
    counts: string;
    output: string | null;
    error_code: string | null;
    error_message: string | null;
    rerun_of: string | null;
  };
  run_log: { run: string; seq: number; time: number; level: string; text: string };
  problem: { run: string; seq: number; project: string; at: string; code: string; message: string };
  artifact: {
    id: string;
    project: string;
    run: string;
    name: string;
    media_type: string;
    size: number;
    sha256: string;
    blob: string;
    created: number;
  };
  coverage: { run: string; seq: number; project: string; scope: string; rules: string };
  rule: { task: string; id: string; revision: number; text: string };
  finding: {
    id: string;
    project: string;
    asset: string;
    task: string;
    rule: string;
    rule_revision: number;
    title: string;
    message: string;
    severity: string;
    /** 0 critical … 4 info, so that an index sorts it. */
    severity_rank: number;
    confidence: string;
    status: string;
    /** Path, URL or other main part of the location, for filters and closing; hashed indexes only. */
    place: string;
    location: string;
    /** JSON: evidence, excerpt, flow, about, related. */
    detail: string;
    first_seen: number;
    last_seen: number;
    first_run: string;
    last_run: string;
    fixed_run: string | null;
  };
  /** `value` is 16 bytes of an HMAC. Primary key (value, kind, version, finding). */
  finding_fingerprint: { finding: string; kind: string; version: number; value: Uint8Array };
  finding_ref: { finding: string; project: string; kind: string; value: string };
  occurrence: {
    run: string;
    finding: string;
    project: string;
    location: string;
    change: 'new' | 'seen' | 'reopened';
  };
  /** Append-only: every decision about a finding with what its author saw. */
  decision: {
    id: string;
    project: string;
    finding: string;
    time: number;
    actor: string;
    source: 'human' | 'bulk' | 'policy' | 'import' | 'model';
    from_status: string;
    to_status: string;
    reason: string | null;
    comment: string | null;
    rule_revision: number;
    snapshot: string;
    model_score: number | null;
    model_version: string | null;
  };
  event: {
    seq: Generated<number>;
    id: string;
    time: number;
    type: string;
    v: number;
    project: string;
    actor: string;
    subject: string;
    run: string | null;
    cause: string | null;
    data: string;
  };
  reader_cursor: { reader: string; epoch: string; seq: number; updated: number };
}
