import pg from 'pg';

const RETRY_MS = 1_000;

/** Calls `wake` on every notification; connects again when the server has gone away, for as long as it is open. */
export function listenFor(channel: string, url: string, wake: () => void) {
  let closed = false;
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  const connected = connect();

  async function connect(): Promise<void> {
    const mine = new pg.Client({ connectionString: url, keepAlive: true });
    client = mine;
    let lost = false;
    const again = () => {
      if (lost) return;
      lost = true;
      mine.end().catch(() => undefined);
      if (closed) return;
      retry = setTimeout(() => void connect(), RETRY_MS);
      retry.unref();
    };
    // A client without this listener would end the whole process when the server restarts.
    mine.on('error', again);
    mine.on('end', again);
    mine.on('notification', wake);
    try {
      await mine.connect();
      await mine.query(`listen ${pg.escapeIdentifier(channel)}`);
      // What was committed before the connection stood was not announced to it.
      if (!closed) wake();
    } catch {
      again();
    }
  }

  return {
    async close(): Promise<void> {
      closed = true;
      clearTimeout(retry);
      await connected;
      await client?.end().catch(() => undefined);
    },
  };
}
