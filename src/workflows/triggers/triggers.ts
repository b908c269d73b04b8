import { randomBytes } from 'node:crypto';
import type { Store } from '../../store/store.ts';
import { startEventReader } from './event-reader.ts';
import { startSchedules } from './schedule-loop.ts';
import type { MayRun, Starter } from './starter.ts';
import { kindOf, type TriggerRow } from './trigger-rows.ts';
import { createWebhookSecrets, type ReadSecret } from './webhook-secrets.ts';
import {
  type Refusal,
  type SignedRequest,
  TOLERANCE_MS,
  type Verified,
  verifyWebhook,
  whyRefused,
} from './webhook-signature.ts';
import { type AlsoRecord, startFromWebhook, type WebhookCall, type WebhookResult } from './webhook-start.ts';

export interface TriggersOptions {
  store: Store;
  starter: Starter;
  mayRun: MayRun;
  readSecret: ReadSecret;
  clock?: () => number;
  /** Something failed inside and is tried again. */
  onProblem?: (error: unknown) => void;
}

export interface Triggers extends AsyncDisposable {
  webhooks: Webhooks;
  /** Schedules and events, now and not only when they come: for tests. */
  look(): Promise<void>;
}

export interface Webhooks {
  /** By id, or by name in a project. Null for a hook that there is not as for a signature that is wrong. */
  verify(
    hook: { text: string; project: string },
    request: SignedRequest,
  ): Promise<{ row: TriggerRow | null; verified: Verified | null }>;
  /** Why a request to this hook was refused. */
  why(row: TriggerRow, request: SignedRequest): Promise<Refusal>;
  start(call: WebhookCall, also: AlsoRecord): Promise<WebhookResult>;
}

const SWEEP_MS = 10 * 60_000;
/** Senders whose signature holds no moment: an older request could be sent again. */
const KEPT_DAYS = 30;

/** What starts workflows, on a server: schedules, events of the log, and webhooks. */
export function openTriggers(options: TriggersOptions): Triggers {
  const parts = { clock: Date.now, onProblem: () => undefined, ...options };
  const schedules = startSchedules(parts);
  const events = startEventReader(parts);
  const sweep = () => void forgetSeen(options.store, parts.clock()).catch(parts.onProblem);
  const sweeping = setInterval(sweep, SWEEP_MS);
  sweeping.unref();
  return {
    webhooks: openWebhooks(parts),
    async look() {
      await schedules.look();
      await events.look();
    },
    async [Symbol.asyncDispose]() {
      clearInterval(sweeping);
      await Promise.all([schedules[Symbol.asyncDispose](), events[Symbol.asyncDispose]()]);
    },
  };
}

function openWebhooks(parts: TriggersOptions): Webhooks {
  const { store } = parts;
  const secretsOf = createWebhookSecrets(store, parts.readSecret);
  /** For hooks that there are not: the same work, and never right. */
  const nobodys = randomBytes(32).toString('hex');

  async function find({ text, project }: { text: string; project: string }): Promise<TriggerRow | null> {
    let rows = store.db.selectFrom('workflow_trigger').selectAll().where('kind', '=', 'webhook');
    rows = text.startsWith('trg_')
      ? rows.where('id', '=', text)
      : rows.where('name', '=', text).where('project', '=', project);
    return (await rows.executeTakeFirst()) ?? null;
  }

  return {
    async verify(hook, request) {
      const row = await find(hook);
      const secrets = await secretsOf(row?.project ?? hook.project, (row && secretName(row)) ?? nobodys);
      const verified = verifyWebhook(secrets.length > 0 ? secrets : [nobodys], request);
      return { row, verified };
    },
    async why(row, request) {
      return whyRefused(await secretsOf(row.project, secretName(row) ?? nobodys), request);
    },
    start: (call, also) => startFromWebhook(parts, call, also),
  };
}

function secretName(row: TriggerRow): string | null {
  const { kind, spec } = kindOf(row);
  return kind === 'webhook' ? spec.secret : null;
}

/** What can be refused for its age needs no memory. */
export async function forgetSeen(store: Store, now: number): Promise<void> {
  await store.write({ lane: 'bulk' }, async ({ tx }) => {
    await tx
      .deleteFrom('webhook_seen')
      .where('seen', '<', now - KEPT_DAYS * 86_400_000)
      .execute();
    await tx
      .deleteFrom('webhook_seen')
      .where('seen', '<', now - 3 * TOLERANCE_MS)
      .where('nonce', '>=', 'v1:')
      .where('nonce', '<', 'v1:~')
      .execute();
  });
}
