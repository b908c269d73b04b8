import type { Socket } from 'node:net';
import { SentinelError } from '../../lib/errors.ts';

/** A frame is a 32-bit little-endian length and as many bytes of JSON; `Uint8Array` travels as base64. */
const MAX_FRAME = 32 * 1024 * 1024;

/** The many messages, which hold no bytes: a function that sees each value makes writing and reading them four times as slow. */
const PLAIN: ReadonlySet<string> = new Set(['events', 'log', 'ack']);

export interface Channel<Out, In> {
  /** Resolves when the pipe can take more: waiting for it is the back-pressure. */
  send(message: Out): Promise<void>;
  /** Messages in order; ends when the other side closed the pipe. Throws `task-protocol` on a broken frame. */
  messages(): AsyncGenerator<In>;
  close(): void;
}

/** One length-framed duplex pipe: it keeps its order, applies back-pressure and loses nothing at the exit of the child. */
export function openChannel<Out extends { type: string }, In>(socket: Socket): Channel<Out, In> {
  socket.on('error', () => undefined);
  return {
    send(message) {
      const body = Buffer.from(JSON.stringify(message, PLAIN.has(message.type) ? undefined : packBytes));
      const frame = Buffer.allocUnsafe(body.length + 4);
      frame.writeUInt32LE(body.length);
      body.copy(frame, 4);
      if (socket.destroyed || socket.write(frame)) return Promise.resolve();
      return new Promise((resolve) => {
        const settle = () => {
          socket.off('drain', settle).off('close', settle);
          resolve();
        };
        socket.on('drain', settle).on('close', settle);
      });
    },
    async *messages() {
      let rest: Buffer = Buffer.alloc(0);
      try {
        for await (const chunk of socket as AsyncIterable<Buffer>) {
          rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
          let at = 0;
          while (rest.length - at >= 4) {
            const length = rest.readUInt32LE(at);
            if (length > MAX_FRAME)
              throw new SentinelError(
                'task-protocol',
                `A frame of ${length} bytes is over the limit of ${MAX_FRAME}.`,
              );
            if (rest.length - at - 4 < length) break;
            yield parseFrame<In>(rest.toString('utf8', at + 4, at + 4 + length));
            at += 4 + length;
          }
          rest = rest.subarray(at);
        }
      } catch (error) {
        if (error instanceof SentinelError) throw error;
        // A reset or a premature close is the end of the other side: what came before it has been delivered.
      }
    },
    close() {
      socket.destroy();
    },
  };
}

function parseFrame<T>(text: string): T {
  try {
    return JSON.parse(text, text.includes('"$bytes"') ? unpackBytes : undefined) as T;
  } catch (cause) {
    throw new SentinelError('task-protocol', 'A frame is not JSON.', { cause });
  }
}

function packBytes(this: unknown, key: string, value: unknown): unknown {
  const raw = (this as Record<string, unknown>)[key];
  return raw instanceof Uint8Array ? { $bytes: Buffer.from(raw).toString('base64') } : value;
}

function unpackBytes(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('$bytes' in value) || typeof value.$bytes !== 'string')
    return value;
  return new Uint8Array(Buffer.from(value.$bytes, 'base64'));
}
