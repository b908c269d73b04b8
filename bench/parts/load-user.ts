/** People at work: `node load-user.ts BASE TOKEN USERS`; each reads what a dashboard reads, with a pause; reports times and errors. */
import { Agent, request } from 'node:http';
import { pause } from './figures.ts';

export interface LoadReport {
  times: number[];
  errors: string[];
  requests: number;
}

const [base = '', token = '', users = '1'] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: Number(users) });
const PATHS = [
  '/api/v1/findings?limit=50',
  '/api/v1/findings?limit=50&q=severity:high,critical%20status:open',
  '/api/v1/findings?limit=50&q=path:module',
  '/api/v1/findings/facets?q=status:open',
  '/api/v1/runs?limit=20',
  '/api/v1/tasks',
  '/api/v1/tasks/secrets-scan/info',
  '/api/v1/scope',
  '/api/v1/projects',
];
/** What one person does in a second: about one look at something. */
const THINK_MS = 1_000;

let report: LoadReport = { times: [], errors: [], requests: 0 };
let stop = false;
process.on('message', () => {
  process.send?.(report);
  report = { times: [], errors: [], requests: 0 };
});
process.once('disconnect', () => {
  stop = true;
  process.exit(0);
});
for (let user = 0; user < Number(users); user += 1) void work(user);
process.send?.('ready');

async function work(user: number): Promise<void> {
  await pause((user / Number(users)) * THINK_MS);
  for (let step = user; !stop; step += 1) {
    await look(PATHS[step % PATHS.length] ?? '/');
    await pause(THINK_MS * (0.5 + Math.random()));
  }
}

async function look(path: string): Promise<void> {
  const before = performance.now();
  report.requests += 1;
  try {
    const { status, text } = await get(path);
    if (status !== 200) report.errors.push(`${path}: ${status} ${text.slice(0, 200)}`);
    report.times.push(performance.now() - before);
  } catch (error) {
    report.errors.push(`${path}: ${String(error)}`);
  }
}

function get(path: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${base}${path}`,
      { agent, headers: { authorization: `Bearer ${token}` } },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    sent.setTimeout(30_000, () => sent.destroy(new Error('no answer within 30 s')));
    sent.once('error', reject);
    sent.end();
  });
}
