/**
 * One WebSocket for the whole app. Every stream keeps the cursor of the last event that it delivered, and a new connection
 * subscribes behind it: a listener sees each event once, in order, or is told that there is a gap.
 */
export interface LiveEvent {
  cursor: string;
  time: number;
  type: string;
  data: Record<string, unknown>;
  [field: string]: unknown;
}

export interface StreamListener {
  onEvents(events: readonly LiveEvent[]): void;
  /** Events are missing (retention, restore): load the snapshot again. */
  onGap?(): void;
  onError?(message: string): void;
}

export interface ConnectionState {
  status: 'idle' | 'connecting' | 'live' | 'lost';
  /** When the connection was lost; the data on screen is as of then. */
  lostAt: number | null;
}

interface Stream {
  cursor: string | undefined;
  delivered: boolean;
  listeners: Set<StreamListener>;
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
/** The server closes with it when the session has ended. */
const SIGNED_OUT = 4401;

export type LiveSocket = ReturnType<typeof createSocket>;

export function createSocket(address: string, onRefused: () => void) {
  const streams = new Map<string, Stream>();
  const watchers = new Set<() => void>();
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let state: ConnectionState = { status: 'idle', lostAt: null };

  function setState(next: ConnectionState): void {
    state = next;
    for (const watcher of watchers) watcher();
  }

  function connect(): void {
    clearTimeout(timer);
    if (socket && socket.readyState <= WebSocket.OPEN) return;
    if (state.status === 'idle') setState({ status: 'connecting', lostAt: null });
    const current = new WebSocket(address);
    let opened = false;
    socket = current;
    current.onopen = () => {
      opened = true;
      failures = 0;
      const wasLost = state.status === 'lost';
      setState({ status: 'live', lostAt: null });
      for (const [name, stream] of streams) {
        subscribeOnWire(name, stream);
        // A stream that starts at 'now' and has no cursor yet cannot be continued: what happened meanwhile is a gap.
        if (wasLost && stream.delivered === false)
          for (const listener of stream.listeners) listener.onGap?.();
      }
    };
    current.onmessage = (message) => receive(String(message.data));
    current.onclose = ({ code }) => {
      if (socket !== current) return;
      socket = undefined;
      if (streams.size === 0) return setState({ status: 'idle', lostAt: null });
      setState({ status: 'lost', lostAt: state.lostAt ?? Date.now() });
      failures += 1;
      if (!opened || code === SIGNED_OUT) onRefused();
      const limit = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** failures);
      timer = setTimeout(connect, FIRST_DELAY_MS / 2 + Math.random() * limit);
    };
  }

  function send(message: object): void {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  }

  function subscribeOnWire(name: string, stream: Stream): void {
    send({ subscribe: name, ...(stream.cursor === undefined ? {} : { after: stream.cursor }) });
  }

  function receive(text: string): void {
    const message = JSON.parse(text) as {
      stream?: string;
      events?: LiveEvent[];
      gap?: unknown;
      error?: { message: string };
    };
    const stream = message.stream === undefined ? undefined : streams.get(message.stream);
    if (!stream) return;
    if (message.events && message.events.length > 0) {
      stream.cursor = message.events.at(-1)?.cursor;
      stream.delivered = true;
      for (const listener of stream.listeners) listener.onEvents(message.events);
    }
    if (message.gap !== undefined) for (const listener of stream.listeners) listener.onGap?.();
    if (message.error) for (const listener of stream.listeners) listener.onError?.(message.error.message);
  }

  /** Listens to a stream until the returned function is called. `after` continues behind a cursor that is known. */
  function subscribe(name: string, listener: StreamListener, after?: string): () => void {
    let stream = streams.get(name);
    if (!stream) {
      stream = { cursor: after, delivered: false, listeners: new Set() };
      streams.set(name, stream);
      subscribeOnWire(name, stream);
    }
    stream.listeners.add(listener);
    connect();
    return () => {
      stream.listeners.delete(listener);
      if (stream.listeners.size > 0 || streams.get(name) !== stream) return;
      streams.delete(name);
      send({ unsubscribe: name });
    };
  }

  return {
    subscribe,
    retryNow: connect,
    close(): void {
      clearTimeout(timer);
      streams.clear();
      socket?.close();
    },
    state: () => state,
    watch(watcher: () => void): () => void {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
}
