import * as z from 'zod';
import { isErrorCode } from '../../../lib/error-codes.ts';

/** Between a server and a worker of another network, as JSON over one WebSocket. Unknown fields are ignored. */
const Run = z.string().max(100);
const Whole = z.int().min(0);
const Text = z.string().max(1_000_000);
const Short = z.string().max(200);

export const Hello = z.object({
  type: z.literal('hello'),
  v: z.literal(1),
  /** The same over all connections of one worker. */
  session: z.uuid(),
  host: Short,
  pid: Whole,
  version: Short,
  labels: z.record(z.string().max(100), Short),
  places: z.int().min(1).max(256),
  /** Version of each task that it has. */
  tasks: z.record(z.string().max(100), z.int()),
  /** Runs that it has. */
  runs: z.array(Run).max(1_000),
});
export type Hello = z.infer<typeof Hello>;

export const FromWorker = z.discriminatedUnion('type', [
  Hello,
  /** What the run reports, numbered from 1 within it; bytes as base64. */
  z.object({ type: z.literal('report'), run: Run, seq: Whole, message: z.unknown() }),
  z.object({
    type: z.literal('end'),
    run: Run,
    seq: Whole,
    result: z.union([
      z.object({ ok: z.literal(true), output: z.unknown() }),
      z.object({
        ok: z.literal(false),
        cancelled: z.boolean(),
        code: z.string().transform((code) => (isErrorCode(code) ? code : 'task-failed')),
        message: Text,
      }),
    ]),
  }),
  z.object({ type: z.literal('secret'), run: Run, id: Whole, name: z.string().max(1000) }),
  /** It takes nothing new. */
  z.object({ type: z.literal('drain') }),
]);
export type FromWorker = z.infer<typeof FromWorker>;

export const RemoteOrder = z.object({
  run: Run,
  task: z.string(),
  version: z.int(),
  params: z.record(z.string(), z.unknown()),
  needs: z.array(z.enum(['read', 'write', 'net', 'exec', 'secret', 'intel'])),
  limits: z.object({ memoryMb: z.number(), timeSeconds: z.number() }),
  /** Name of the file that is fetched before the run begins. */
  upload: z.string().nullable(),
  sample: z.string().nullable(),
  hosts: z.array(z.string()),
});
export type RemoteOrder = z.infer<typeof RemoteOrder>;

export const ToWorker = z.discriminatedUnion('type', [
  /** Runs that the server waits for, with the number of the last report that is stored. */
  z.object({ type: z.literal('welcome'), at: z.array(z.object({ run: Run, upTo: Whole })) }),
  /** Sign of life, every few seconds: a connection without it is dead. */
  z.object({ type: z.literal('beat') }),
  z.object({ type: z.literal('order'), order: RemoteOrder }),
  z.object({ type: z.literal('ack'), run: Run, upTo: Whole }),
  z.object({ type: z.literal('cancel'), run: Run }),
  /** Somebody else has the run now: nothing more of it is wanted. */
  z.object({ type: z.literal('refused'), run: Run }),
  z.object({
    type: z.literal('secret'),
    run: Run,
    id: Whole,
    value: z.string().optional(),
    code: z.string().optional(),
    message: z.string().optional(),
  }),
]);
export type ToWorker = z.infer<typeof ToWorker>;
