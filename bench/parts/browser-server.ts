import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openServer } from './children.ts';

const PASSWORD = 'violet tractor sings nine';

export interface BrowserServer {
  base: string;
  login: string;
  password: string;
  server: Awaited<ReturnType<typeof openServer>>;
}

/** The server in a process of its own, over a store that exists, with an account that a browser can sign in with. */
export async function openBrowserServer(dataDir: string): Promise<BrowserServer> {
  const server = await openServer({ dataDir });
  const { url, token } = JSON.parse(readFileSync(join(dataDir, 'server.json'), 'utf8')) as {
    url: string;
    token: string;
  };
  const base = url.replace('127.0.0.1', 'localhost');
  const made = await fetch(`${base}/api/v1/users`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ login: 'bench', name: 'Bench', role: 'admin', password: PASSWORD }),
  });
  if (!made.ok) throw new Error(`the account of the benchmark: ${made.status} ${await made.text()}`);
  return { base, login: 'bench', password: PASSWORD, server };
}
