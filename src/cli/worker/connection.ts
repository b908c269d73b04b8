import { SentinelError } from '../../lib/errors.ts';
import { type FromWorker, ToWorker } from '../../workflows/scale/remote/messages.ts';

/** The server says every 5 s that it is there. */
const SILENT_MS = 16_000;
const SIGNED_OUT = 4401;
const NOT_OURS = 4400;

export interface WorkerConnection {
  send(message: FromWorker): void;
  /** How it ended: `lost` is tried again. */
  ended: Promise<'lost' | SentinelError>;
  close(): void;
}

/** One connection to the server. `receive` gets its messages in their order. */
export function connectWorker(
  server: string,
  token: string,
  on: { open(): void; receive(message: ToWorker): void },
): WorkerConnection {
  const address = new URL('/ws/worker', server);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  // Node's WebSocket takes headers; the type of browsers does not know them.
  const Socket = WebSocket as unknown as new (
    url: URL,
    options: { headers: Record<string, string> },
  ) => WebSocket;
  const socket = new Socket(address, { headers: { authorization: `Bearer ${token}` } });
  let silent: NodeJS.Timeout | undefined;
  let end: (how: 'lost' | SentinelError) => void = () => {};
  const ended = new Promise<'lost' | SentinelError>((resolve) => {
    end = resolve;
  });
  const heard = () => {
    clearTimeout(silent);
    silent = setTimeout(() => {
      socket.close();
      // A dead line does not answer to a close either.
      end('lost');
    }, SILENT_MS);
  };
  heard();
  socket.addEventListener('open', () => {
    heard();
    on.open();
  });
  socket.addEventListener('message', ({ data }) => {
    heard();
    const message = ToWorker.safeParse(parsed(String(data)));
    // What a newer server says besides is not for us.
    if (message.success) on.receive(message.data);
  });
  socket.addEventListener('close', ({ code, reason }) => {
    clearTimeout(silent);
    end(
      code === SIGNED_OUT
        ? new SentinelError('unauthenticated', reason)
        : code === NOT_OURS
          ? new SentinelError('unknown-answer', `The server does not understand this worker: ${reason}.`)
          : 'lost',
    );
  });
  socket.addEventListener('error', () => {
    clearTimeout(silent);
    end('lost');
  });
  return {
    send(message) {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    },
    ended,
    close: () => socket.close(),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
