import type { AccessCache, SharedCache } from '../access/access-version.ts';
import type { Accounts } from '../access/accounts.ts';
import type { AuditAnchor } from '../access/audit-anchor.ts';
import type { Grants } from '../access/grants.ts';
import type { Keyring } from '../access/keyring.ts';
import type { Oidc } from '../access/oidc.ts';
import type { Rotations } from '../access/rotation/rotations.ts';
import type { SecondFactorRule } from '../access/second-factor-rule.ts';
import type { SecondFactors } from '../access/second-factors.ts';
import type { SecretStore } from '../access/secret-store.ts';
import type { Sessions } from '../access/sessions.ts';
import type { SignIn } from '../access/sign-in.ts';
import type { Tokens } from '../access/tokens.ts';
import type { Blobs } from '../blobs/blobs.ts';
import type { LoadedConfig } from '../config.ts';
import type { Engine } from '../engine/engine.ts';
import type { OwnTasks } from '../engine/own-tasks/own-tasks.ts';
import type { RunJobs } from '../engine/run-jobs/run-jobs.ts';
import type { Lifecycle } from '../findings/lifecycle/lifecycle.ts';
import type { CommentRule } from '../findings/policy/comment-rule.ts';
import type { FindingsFollower } from '../findings/policy/follow-log.ts';
import type { RedisLink } from '../redis/link.ts';
import type { Reports } from '../reports/job/report-jobs.ts';
import type { Store } from '../store/store.ts';
import type { Triggers } from '../workflows/triggers/triggers.ts';
import type { Workflows } from '../workflows/workflows.ts';

/** What may be uploaded, and for how long it is kept. */
export interface UploadRules {
  maxBytes: number;
  quotaBytes: number;
  keepDays: number;
  /** Media types, `text/*` and `application/*+json` among them. */
  types: readonly string[];
}

/** What a handler may use. */
export interface Services {
  store: Store;
  engine: Engine;
  ownTasks: OwnTasks;
  dataDir: string;
  version: string;
  /** With where each value comes from; absent in a process that was given values only. */
  configuration?: LoadedConfig | undefined;
  /** Only where one is configured. Answers are right without it; steps that go through it wait while it is away. */
  redis?: RedisLink | undefined;
  /** What is expensive to find out, shared by servers; each call may fail silently. */
  shared?: SharedCache | undefined;
  /** What the audit chain needs. */
  audit: { key: Buffer; dialect: Store['dialect']; anchor: AuditAnchor };
  keys: Keyring;
  /** Changes of the keys, in the background. */
  rotations: Rotations;
  secrets: SecretStore;
  blobs: Blobs;
  uploads: UploadRules;
  reports: Reports;
  /** Null: reports are kept until somebody removes them. */
  reportRules: { keepDays: number | null };
  access: AccessCache;
  grants: Grants;
  accounts: Accounts;
  sessions: Sessions;
  signIn: SignIn;
  secondFactors: SecondFactors;
  /** Of the configuration: who must have one. */
  secondFactorRule: SecondFactorRule;
  oidc: Oidc;
  /** Of the configuration: how people may sign in. */
  auth: { passwordSignIn: boolean };
  tokens: Tokens;
  workflows: Workflows;
  /** Cancels and repeats many runs. */
  runJobs: RunJobs;
  /** Bulk changes of findings, and what happens to findings because of the time. */
  lifecycle: Lifecycle;
  /** Decisions for which the policy of a project asks for a comment. */
  commentRules(project: string): Promise<readonly CommentRule[]>;
  /** Gives findings their priority and lets the policy decide about them, behind the log. */
  findings: FindingsFollower;
  /** A process of another machine is dead when it was silent for so long. */
  deadMs: number;
  /** On a server only. */
  triggers?: Triggers | undefined;
}
