import { createHash } from 'node:crypto';
import type * as z from 'zod';
import { type AuditDetails, appendAudit } from '../access/audit.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import { SentinelError } from '../lib/errors.ts';
import type { WriteContext } from '../store/store.ts';
import { BEFORE_SECOND_FACTOR, secondFactorNeeded } from './before-second-factor.ts';
import { exactTest } from './exact-output.ts';
import type { AnyOperation, Caller, From, Operation, OperationContext } from './operation.ts';
import type { Services } from './services.ts';

export interface Invocation {
  services: Services;
  caller: Caller;
  from: From;
  /** What is changed under this key is changed once, however often it is tried; `EffectDone` when it has been. */
  effect?: Effect;
}

export interface Effect {
  key: string;
  /** Throws when whoever asked for it does not want it any more: then nothing is changed. */
  stillWanted(write: WriteContext): Promise<void>;
}

/** An earlier try had done it, and ended before it could say so. */
export class EffectDone extends Error {}

/** A sensitive operation wants a proof of identity that is not older than this. */
export const FRESH_MS = 10 * 60_000;

/** Codes of attempts that were refused because of who asked, and not because of what. */
const REFUSALS = new Set<string>([
  'forbidden',
  'out-of-scope',
  'proof-needed',
  'wrong-credentials',
  'wrong-setup-token',
  'too-many-attempts',
  'wrong-code',
  'second-factor-needed',
  'ticket-expired',
  'passkey-refused',
  'browser-needed',
  'password-sign-in-off',
  'account-locked',
  'sso-refused',
  'sso-no-account',
]);

export interface Input<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  path: z.output<P>;
  query: z.output<Q>;
  body: z.output<B>;
}

/**
 * Does what a user asked for, the same over HTTP and in the command line: checks the permission, runs the handler, and
 * stores one audit entry with the change, or with the refusal.
 */
export async function invoke<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  B extends z.ZodType,
  O extends z.ZodType,
>(
  operation: Operation<P, Q, B, O>,
  invocation: Invocation,
  read: () => Input<P, Q, B> | Promise<Input<P, Q, B>>,
): Promise<z.output<O>> {
  const { services, caller, from } = invocation;
  const entry = openEntry(operation, invocation);
  const context: OperationContext = {
    services,
    caller,
    from,
    audit: entry.add,
    change: (work) =>
      services.store.write(
        { lane: 'interactive', durable: true, label: 'operation.change' },
        async (write) => {
          const result = await work(write);
          await entry.record(write, result);
          return result;
        },
      ),
    record: entry.record,
    match: (current) => matchState(from.ifMatch, current),
  };
  await refuseUnpermitted(operation, caller, entry);
  // Who may not do it learns nothing about its parameters; what cannot be read is no attempt.
  const input = await read();
  let result: z.input<O>;
  try {
    result = await operation.handler(context, input);
  } catch (error) {
    if (!(error instanceof EffectDone)) await entry.close(error);
    throw error;
  }
  await entry.close();
  return checkedOutput(operation, result);
}

const exact = new WeakMap<AnyOperation, (value: unknown) => boolean>();

/** What the schema makes of the answer: fields that it does not know are gone. */
function checkedOutput<O extends z.ZodType>(operation: { output: O }, result: z.input<O>): z.output<O> {
  let test = exact.get(operation as AnyOperation);
  if (!test) {
    test = exactTest(operation.output) ?? (() => false);
    exact.set(operation as AnyOperation, test);
  }
  return test(result) ? (result as z.output<O>) : operation.output.parse(result);
}

async function refuseUnpermitted(
  operation: AnyOperation,
  caller: Caller,
  entry: ReturnType<typeof openEntry>,
): Promise<void> {
  try {
    authorise(operation, caller);
  } catch (error) {
    await entry.close(error);
    throw error;
  }
}

export function authorise(operation: AnyOperation, caller: Caller): void {
  const { permission } = operation;
  if (permission === 'public') return;
  if (caller.via.kind === 'anonymous') throw new SentinelError('unauthenticated', 'Sign in first.');
  if (caller.secondFactorDue !== undefined && !BEFORE_SECOND_FACTOR[caller.secondFactorDue].has(operation.id))
    throw secondFactorNeeded(caller.secondFactorDue);
  if (caller.denied !== undefined) throw new SentinelError('forbidden', caller.denied);
  if (permission !== 'self' && !may(caller, permission))
    throw new SentinelError('forbidden', `This needs the permission ${permission}.`);
  if (operation.sensitive && Date.now() - caller.verified > FRESH_MS)
    throw new SentinelError('proof-needed', 'This needs a fresh proof of who you are.');
}

export function may(
  caller: Caller,
  permission: Exclude<AnyOperation['permission'], 'self' | 'public'>,
): boolean {
  return caller.permissions === 'all' || caller.permissions.has(permission);
}

/** The audit entry of one invocation: stored once, whichever way it ends. */
function openEntry(operation: AnyOperation, { services, caller, from, effect }: Invocation) {
  let details: AuditDetails = {};
  let stored = !operation.audited;
  let seq = 0;

  const store = async (write: WriteContext, outcome: 'done' | 'refused' | 'failed', code: string | null) => {
    seq = await appendAudit(write, services.audit, {
      project: caller.project,
      ...details,
      actor: caller.id,
      via: caller.via.id === null ? caller.via.kind : `${caller.via.kind}:${caller.via.id}`,
      address: from.address,
      request: from.request,
      operation: operation.id,
      outcome,
      code,
    });
  };

  return {
    add(more: AuditDetails) {
      details = { ...details, ...more };
    },
    /** In a transaction that is then rolled back the entry is gone with it, and `close` stores the failure. */
    async record(write: WriteContext, answer?: unknown) {
      if (stored) return;
      await store(write, 'done', null);
      if (effect !== undefined) await noteEffect(write, effect, textOf(operation, answer));
      stored = true;
    },
    async close(error?: unknown) {
      if (!operation.audited) return;
      if (error === undefined && stored) return services.audit.anchor.stored(seq);
      const code = error === undefined ? null : error instanceof SentinelError ? error.code : 'internal';
      const outcome = code === null ? 'done' : REFUSALS.has(code) ? 'refused' : 'failed';
      // An anonymous request that is merely not signed in tells nothing and could fill the disk.
      if (code === 'unauthenticated') return;
      await services.store.write({ lane: 'interactive', durable: true }, (write) =>
        store(write, outcome, code),
      );
      services.audit.anchor.stored(seq);
    },
  };
}

/** What the operation will answer, where that is known already when its change is stored. */
function textOf(operation: AnyOperation, answer: unknown): string | null {
  const parsed = operation.output.safeParse(answer);
  return parsed.success ? JSON.stringify(parsed.data) : null;
}

async function noteEffect(
  write: WriteContext,
  { key, stillWanted }: Effect,
  result: string | null,
): Promise<void> {
  await stillWanted(write);
  const noted = await write.tx
    .insertInto('workflow_effect')
    .values({ key, created: Date.now(), result })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .executeTakeFirst();
  if (noted.numInsertedOrUpdatedRows === 0n) throw new EffectDone();
}

/** A strong entity tag over what a client sees, whatever the order of its fields. */
export function entityTag(value: unknown): string {
  return `"${createHash('sha256').update(canonicalJson(value)).digest('base64url').slice(0, 22)}"`;
}

function matchState(ifMatch: string | undefined, current: unknown): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  const wanted = ifMatch.split(',').map((tag) => tag.trim());
  if (wanted.includes(entityTag(current))) return;
  throw new SentinelError('conflict', 'It has been changed since you read it.', { current });
}
