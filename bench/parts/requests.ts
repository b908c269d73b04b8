/** Sends the same GET over kept connections: `node requests.ts`, orders over the IPC channel, answers with times in ms. */
import { Agent, request } from 'node:http';

export interface LoadOrder {
  url: string;
  token: string;
  connections: number;
  milliseconds: number;
}
export interface LoadAnswer {
  perSecond: number;
  /** Mean time of one answer. */
  mean: number;
  errors: number;
}

process.on('message', (order: LoadOrder) => void run(order));
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
