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
    /** JSON: labels, places, versions of its tasks. */
    about: string | null;
  };
  project: { id: string; slug: string; name: string; created: number; archived: number | null };
  user_account: {
    id: string;
    /** Lower-cased; what one signs in with. */
    login: string;
    name: string;
    /** Empty: no sign-in with a password (single sign-on, service accounts). */
    password: string;
    /** Of the first schema; roles are granted since the second. */
    role: string;
    created: number;
    disabled: number;
    kind: Generated<string>;
    email: Generated<string>;
    must_change: Generated<number>;
    updated: Generated<number>;
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
    /** `password`, `passkey`, `oidc`; with `+totp` when a second factor was given. */
    method: Generated<string>;
    /** When the person last proved who they are. */
    verified: Generated<number>;
  };
  /** Roles that an administrator made; those that come with SentinelX are in `model/permission.ts`. */
  role: {
    id: string;
    name: string;
    title: string;
    /** JSON list. */
    permissions: string;
    created: number;
    updated: number;
  };
  /** `project` is `*` for everywhere. `source` is `manual` or `oidc` (follows the groups of the provider). */
  grant_entry: {
    id: string;
    principal: string;
    role: string;
    project: string;
    source: string;
    created: number;
    actor: string;
  };
  /** `hash` is the SHA-256 of the token, hex. `permissions` and `addresses` are JSON lists; `*` and [] do not narrow. */
  token: {
    id: string;
    hash: string;
    owner: string;
    name: string;
    permissions: string;
    project: string | null;
    addresses: string;
    created: number;
    expires: number | null;
    used: number | null;
    used_from: string | null;
    revoked: number | null;
    actor: string;
  };
  /** `secret` is sealed; `last_step` guards against replay. */
  totp: { user: string; secret: string; confirmed: number | null; last_step: number; created: number };
  recovery_code: { user: string; hash: string; used: number | null };
  /** `id` is the credential id, base64url. */
  passkey: {
    id: string;
    user: string;
    name: string;
    public_key: Uint8Array;
    counter: number;
    transports: string;
    created: number;
    used: number | null;
  };
  oidc_identity: { issuer: string; subject: string; user: string; created: number };
  /** Short-lived state between two requests: a second factor that is still due, a passkey ceremony, a single sign-on. */
  challenge: { id: string; kind: string; user: string | null; data: string; expires: number };
  lockout: { key: string; failures: number; until: number; updated: number };
  /** A chain: `mac` covers the entry and the `mac` before it. `seq` has no gaps. */
  audit_entry: {
    seq: number;
    id: string;
    time: number;
    actor: string;
    via: string;
    address: string;
    request: string;
    operation: string;
    project: string;
    subject: string;
    outcome: 'done' | 'refused' | 'failed';
    code: string | null;
    before: string | null;
    after: string | null;
    mac: string;
  };
  /** Sealed with AES-256-GCM; `key` names the key that sealed it. */
  secret: {
    id: string;
    project: string;
    name: string;
    key: string;
    nonce: string;
    data: string;
    tag: string;
    created: number;
    updated: number;
    actor: string;
  };
  stored_file: {
    id: string;
    project: string;
    kind: string;
    name: string;
    media_type: string;
    size: number;
    sha256: string;
    blob: string;
    created: number;
    expires: number | null;
    actor: string;
  };
  /** Answers to repeated creations; `status` is null while the first one is still at work. */
  idempotency: {
    key: string;
    fingerprint: string;
    status: number | null;
    body: string | null;
    created: number;
  };
  /** Own tasks that an administrator allowed, with the hash of what was looked at. */
  plugin: { id: string; source: string; hash: string; approved: number; actor: string };
  scope_entry: {
    id: string;
    project: string;
    kind: 'path' | 'host';
    value: string;
    created: number;
    actor: string;
  };
  asset: {
    id: string;
    project: string;
    kind: string;
    key: string;
    name: string;
    created: number;
    /** `low`, `medium`, `high`, `critical`; null: nobody said so. */
    criticality: Generated<string | null>;
    /** `internet`, `internal`, `isolated`; null: nobody said so. */
    exposure: Generated<string | null>;
  };
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
    /** The step of a workflow that it does; its end is recorded there in the same transaction. */
    workflow_run: Generated<string | null>;
    workflow_step: Generated<string | null>;
    workflow_item: Generated<number | null>;
    /** JSON: parameters with `${{ secrets.X }}`, resolved at the point of use and stored nowhere. */
    secret_params: Generated<string | null>;
    /** The run of a workflow in which an operation started it. It is no step of that one, and its events still come from there. */
    cause_run: Generated<string | null>;
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
  /** `tool`: where a run speaks for other tools. */
  coverage: {
    run: string;
    seq: number;
    project: string;
    scope: string;
    rules: string;
    tool: Generated<string | null>;
  };
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
    assignee: Generated<string | null>;
    /** Until then it is not shown as work, or until its severity is worse than `snooze_rank`. */
    snooze_until: Generated<number | null>;
    snooze_rank: Generated<number | null>;
    /** The suppression rule that hides it. */
    hidden_by: Generated<string | null>;
    /** The finding of another tool that reports the same. */
    merged_into: Generated<string | null>;
    accept_until: Generated<number | null>;
    /** Severity that a person gave it; a scan does not change it. */
    own_severity: Generated<string | null>;
    priority: Generated<number | null>;
    /** When the policy wants it closed; `due_told`: what was announced about it, `due` or `breached`. */
    due: Generated<number | null>;
    due_told: Generated<string | null>;
    closed: Generated<number | null>;
    /** What its tool said when a person gave it another severity. */
    tool_severity: Generated<string | null>;
    /** Hash of all that a scan can change. */
    content: Generated<string | null>;
    /** How the last scan recognised it; null: it has been seen once. */
    matched: Generated<string | null>;
  };
  /** `value` is 16 bytes of an HMAC. Primary key (value, kind, version, finding). */
  finding_fingerprint: { finding: string; kind: string; version: number; value: Uint8Array };
  finding_ref: { finding: string; project: string; kind: string; value: string };
  /** SQLite: which rows of `finding` changed, written by triggers. Empty on PostgreSQL. */
  finding_change: { seq: Generated<number>; finding: number };
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
  finding_label: {
    finding: string;
    project: string;
    label: string;
  };
  finding_history: {
    id: string;
    project: string;
    finding: string;
    time: number;
    actor: string;
    kind: string;
    change_set: string | null;
    data: string;
  };
  change_set: {
    id: string;
    project: string;
    kind: string;
    actor: string;
    created: number;
    ended: number | null;
    status: string;
    query: string | null;
    action: string;
    total: number;
    done: number;
    changed: number;
    skipped: string;
    error: string | null;
    run: string | null;
    undone: number | null;
    undone_by: string | null;
    /** The process that works on it, and until when nobody else may. */
    worker: Generated<string | null>;
    lease: Generated<number | null>;
    /** Of what waits for a second person. */
    decided: Generated<number | null>;
    decided_by: Generated<string | null>;
    decision: Generated<string | null>;
  };
  /** `planned`, `changed`, `skipped`, `undone`, `kept` (not undone); `reason` of the skipped and the kept ones. */
  change_item: {
    change_set: string;
    finding: string;
    before: string;
    after: string;
    state: Generated<string>;
    reason: Generated<string | null>;
  };
  /** How findings of a project are handled: one JSON document per name. */
  project_setting: { project: string; name: string; value: string; updated: number; actor: string };
  suppression: {
    id: string;
    project: string;
    name: string;
    query: string;
    reason: string;
    comment: string;
    owner: string;
    created: number;
    actor: string;
    expires: number | null;
    ended: number | null;
  };
  import_receipt: {
    run: string;
    project: string;
    file: string | null;
    name: string;
    format: string;
    tools: string;
    sha256: string;
    size: number;
    receipt: string;
    created: number;
    actor: string;
    undone: number | null;
    undone_by: string | null;
  };
  import_mapping: {
    id: string;
    project: string;
    name: string;
    mapping: string;
    created: number;
    actor: string;
  };
  close_review: {
    id: string;
    project: string;
    run: string;
    asset: string;
    task: string;
    open: number;
    closing: number;
    created: number;
    status: string;
    decided: number | null;
    decided_by: string | null;
  };
  merge_refusal: {
    finding: string;
    other: string;
    project: string;
    actor: string;
    time: number;
  };
  policy_revision: {
    project: string;
    revision: number;
    source: string;
    note: string;
    created: number;
    actor: string;
  };
  cve_signal: {
    cve: string;
    kev_added: number | null;
    kev_due: number | null;
    ransomware: number | null;
    epss: number | null;
    percentile: number | null;
    updated: number;
  };
  /** Sorted ids of the findings that a run saw, 16 bytes each. */
  run_set: { run: string; findings: Uint8Array };
  signal_snapshot: {
    source: string;
    as_of: number;
    imported: number;
    entries: number;
    sha256: string;
  };
  report: {
    id: string;
    project: string;
    title: string;
    template: string;
    about: string;
    status: string;
    created: number;
    as_of: number | null;
    ended: number | null;
    actor: string;
    findings: number | null;
    hash: string | null;
    error: string | null;
    schedule: string | null;
    expires: number | null;
    /** `ReportOptions`. */
    options: string;
    progress: string | null;
    instance: string | null;
    lease: number | null;
    /** Goes up each time that somebody takes it. */
    fence: number;
  };
  /** `format` is a `ReportFormat`, with `.redacted` behind it for readers outside. */
  report_file: {
    report: string;
    format: string;
    project: string;
    name: string;
    media_type: string;
    size: number;
    sha256: string;
    blob: string;
    /** JSON: of how many findings a redacted file leaves out what. */
    left_out: string | null;
  };
  report_template: {
    id: string;
    project: string;
    name: string;
    /** The built-in template whose contents it has; null: `source` gives them. */
    base: string | null;
    source: string;
    /** `Look`. */
    look: string;
    created: number;
    updated: number;
    actor: string;
  };
  report_share: {
    id: string;
    project: string;
    report: string;
    hash: string;
    /** The first of `formats`, which is a JSON list; null: this one only. */
    format: string;
    formats: string | null;
    password: string | null;
    redact: number;
    created: number;
    expires: number;
    revoked: number | null;
    actor: string;
  };
  report_access: {
    id: string;
    share: string;
    time: number;
    address: string;
    agent: string;
    outcome: string;
  };
  /** What somebody set for themselves: one JSON document per name. */
  user_setting: { user: string; name: string; value: string; updated: number };
  /** Many runs are cancelled or run again: `running`, `stopping`, then `done`, `stopped` or `failed`. */
  run_job: {
    id: string;
    project: string;
    action: 'cancel' | 'rerun';
    actor: string;
    /** It may do no more than the token with which it was started. */
    token: string | null;
    query: string | null;
    created: number;
    ended: number | null;
    status: string;
    total: number;
    done: number;
    changed: number;
    skipped: string;
    error: string | null;
    /** The process that works on it, and until when nobody else may. */
    worker: string | null;
    lease: number | null;
  };
  /** `planned`, `changed` or `skipped` with its reason; `made` is the new run. */
  run_job_item: {
    job: string;
    run: string;
    state: string;
    reason: string | null;
    message: string | null;
    made: string | null;
  };
  saved_view: {
    id: string;
    project: string;
    owner: string;
    name: string;
    place: string;
    query: string;
    sort: string;
    shared: number;
    created: number;
    updated: number;
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
  workflow: {
    id: string;
    project: string;
    name: string;
    description: string;
    /** The one that runs. */
    revision: number;
    created: number;
    updated: number;
    actor: string;
    removed: number | null;
  };
  workflow_revision: {
    workflow: string;
    revision: number;
    definition: string;
    format: 'yaml' | 'json';
    /** The document as it was written. */
    source: string;
    note: string;
    created: number;
    actor: string;
  };
  /** `body` is a `WorkflowDefinition`; `hash` its SHA-256, hex. Shared by all runs of it. */
  workflow_definition: { hash: string; body: string };
  workflow_run: {
    id: string;
    project: string;
    workflow: string | null;
    revision: number | null;
    name: string;
    definition: string;
    status: string;
    /** Which steps it is at: `steps`, `on_failure`, `finally`. */
    section: string;
    /** Goes up with every change: who has read an older state reads it again. */
    version: number;
    /** Lower runs first. */
    priority: number;
    inputs: string;
    outputs: string | null;
    principal: string;
    /** The token that it was started with: the run may do no more than that. */
    token: string | null;
    trigger_kind: string;
    trigger_id: string | null;
    trigger_data: string | null;
    depth: number;
    parent_run: string | null;
    parent_step: string | null;
    parent_item: number | null;
    /** 1: steps with sample data are not run. */
    samples: number;
    rerun_of: string | null;
    from_step: string | null;
    /** Group of its concurrency limit. */
    slot: string | null;
    created: number;
    started: number | null;
    ended: number | null;
    deadline: number | null;
    /** Why the main steps ended without success: `failed`, `cancelled`, `timeout`. */
    failed: string | null;
    error_code: string | null;
    error_message: string | null;
    counts: string;
    /** The process of the command line that goes on with it where there is no server. */
    carrier: Generated<string | null>;
  };
  /** `item` is -1 for the step itself, else the place in its `for_each`. */
  workflow_step: {
    run: string;
    name: string;
    item: number;
    project: string;
    section: string;
    status: string;
    attempt: number;
    /** How often a process that was at it died. */
    recovered: number;
    /** Goes up each time that somebody takes it: a late or doubled result is refused. */
    fence: number;
    /** How many of its gates are behind it: 1 the wait, 2 the approval. */
    gate: number;
    priority: number;
    /** What a worker must have, canonical; empty: any. */
    requirement: string;
    /** Since when it is ready. */
    ready: number | null;
    due: number | null;
    waits_for: string | null;
    event_type: string | null;
    started: number | null;
    ended: number | null;
    /** The item of `for_each`. */
    input: string | null;
    output: string | null;
    /** JSON: status and counts of its run. */
    result: string | null;
    error_code: string | null;
    error_message: string | null;
    task_run: string | null;
    child_run: string | null;
    instance: string | null;
  };
  workflow_attempt: {
    run: string;
    name: string;
    item: number;
    attempt: number;
    recovered: number;
    started: number;
    ended: number;
    status: string;
    error_code: string | null;
    error_message: string | null;
    task_run: string | null;
    instance: string | null;
  };
  approval: {
    id: string;
    project: string;
    run: string;
    step: string;
    roles: string;
    message: string;
    status: 'pending' | 'approved' | 'rejected' | 'expired' | 'withdrawn';
    requested: number;
    expires: number | null;
    decided: number | null;
    decider: string | null;
    comment: string | null;
  };
  /** `spec` is a `ScheduleSpec`. */
  schedule: {
    id: string;
    project: string;
    workflow: string;
    source: 'definition' | 'manual';
    name: string;
    spec: string;
    principal: string;
    paused: number | null;
    paused_by: string | null;
    pause_note: string | null;
    due: number | null;
    last_due: number | null;
    last_run: string | null;
    created: number;
    updated: number;
    actor: string;
  };
  /** `spec` is an `EventTriggerSpec` or a `WebhookTriggerSpec`. */
  workflow_trigger: {
    id: string;
    project: string;
    workflow: string;
    kind: 'event' | 'webhook';
    source: 'definition' | 'manual';
    name: string;
    spec: string;
    event_type: string | null;
    principal: string;
    paused: number | null;
    paused_by: string | null;
    pause_note: string | null;
    fired: number | null;
    last_run: string | null;
    /** Of a webhook: when a request was refused the last time, as far as that is told, and why. */
    refused: number | null;
    refused_why: string | null;
    created: number;
    updated: number;
    actor: string;
  };
  webhook_seen: { trigger: string; nonce: string; seen: number };
  workflow_effect: { key: string; created: number; result: string | null };
  reader_cursor: { reader: string; epoch: string; seq: number; updated: number };
}
