/** Sends the same GET over kept connections, or two of them in turn over one each: `node requests.ts`, orders over the IPC channel, answers with times in ms. */
import { Agent, request } from 'node:http';

export interface LoadOrder {
  url: string;
  token: string;
  connections: number;
  milliseconds: number;
}
/** Two addresses, request by request in turn: what disturbs the machine disturbs both. */
export interface PairOrder {
  pair: readonly [string, string];
  token: string;
  count: number;
}
export interface PairAnswer {
  /** Times of both, in ms, in the order in which they were sent. */
  times: [number, number][];
  errors: number;
}
export interface LoadAnswer {
  perSecond: number;
  /** Mean time of one answer. */
  mean: number;
  errors: number;
}

process.on('message', (order: LoadOrder | PairOrder) => void ('pair' in order ? inTurn(order) : run(order)));
process.once('disconnect', () => process.exit(0));
process.send?.('ready');

async function run({ url, token, connections, milliseconds }: LoadOrder): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const end = performance.now() + milliseconds;
  let count = 0;
  let errors = 0;
  let spent = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < end) {
        const before = performance.now();
        if ((await get(url, token, agent)) !== 200) errors += 1;
        spent += performance.now() - before;
        count += 1;
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  agent.destroy();
  process.send?.({ perSecond: count / seconds, mean: spent / count, errors } satisfies LoadAnswer);
}

async function inTurn({ pair, token, count }: PairOrder): Promise<void> {
  const agents = pair.map(() => new Agent({ keepAlive: true, maxSockets: 1 }));
  const times: [number, number][] = [];
  let errors = 0;
  const one = async (which: 0 | 1) => {
    const before = performance.now();
    if ((await get(pair[which], token, agents[which] as Agent)) !== 200) errors += 1;
    return performance.now() - before;
  };
  for (let index = 0; index < count; index += 1) {
    const first = index % 2 === 0 ? 0 : 1;
    const times0 = await one(first);
    const times1 = await one(first === 0 ? 1 : 0);
    times.push(first === 0 ? [times0, times1] : [times1, times0]);
  }
  for (const agent of agents) agent.destroy();
  process.send?.({ times, errors } satisfies PairAnswer);
}

function get(url: string, token: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    })
      .once('error', reject)
      .end();
  });
}
