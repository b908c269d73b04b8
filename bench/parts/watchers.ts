/** Many WebSocket clients in one process: `node watchers.ts URL TOKEN COUNT [any-order]`; says on the parent's channel what arrived when. */
import { WebSocket } from 'ws';
import { clock } from './figures.ts';

export type WatchersSay =
  | { connected: number }
  | { arrived: [subject: string, at: number][]; wrongOrder: number; counted: number };

const [url = '', token = '', count = '0', order = 'series'] = process.argv.slice(2);
/** A message that says that something is wrong is shorter. */
const ERROR_BYTES = 500;
const EVENT = '{"cursor":"';
let arrived: [string, number][] = [];
let wrongOrder = 0;
let counted = 0;

await Promise.all(Array.from({ length: Number(count) }, watch));
say({ connected: Number(count) });

process.on('message', () => {
  say({ arrived, wrongOrder, counted });
  arrived = [];
  counted = 0;
  wrongOrder = 0;
});
process.once('disconnect', () => process.exit(0));

function watch(): Promise<void> {
  const socket = new WebSocket(url, {
    perMessageDeflate: false,
    headers: { authorization: `Bearer ${token}` },
  });
  let last = -1;
  socket.on('message', (raw: Buffer) => {
    // A load test counts; to understand millions of events takes more of the machine than to make them, and is the work of 200 browsers.
    if (order !== 'series' && raw.length > ERROR_BYTES) {
      counted += countOf(raw);
      return;
    }
    const at = clock();
    const { events = [], error } = JSON.parse(raw.toString('utf8')) as {
      events?: { cursor: string; data: { subject: string } }[];
      error?: unknown;
    };
    if (error) throw new Error(`the server refused a watcher: ${JSON.stringify(error)}`);
    for (const { data } of events) {
      const index = Number(/\d+$/.exec(data.subject)?.[0]);
      // A series starts at 0; within it each is the one before plus one.
      if (order === 'series' && index !== 0 && index !== last + 1) wrongOrder += 1;
      last = index;
      if (order === 'series') arrived.push([data.subject, at]);
      else counted += 1;
    }
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => {
      socket.send(JSON.stringify({ subscribe: 'events' }));
      resolve();
    });
  });
}

function countOf(raw: Buffer): number {
  let count = 0;
  for (let at = raw.indexOf(EVENT); at >= 0; at = raw.indexOf(EVENT, at + EVENT.length)) count += 1;
  return count;
}

function say(what: WatchersSay): void {
  process.send?.(what);
}
