import { expect } from 'vitest';
import type { TestServer } from '../servers/sentinelx.ts';

export const PASSWORD = 'an odd phrase 4711 for tests';

/** Makes an administrator who signs in with a password. */
export async function makeAdmin(sx: TestServer, login = 'root'): Promise<string> {
  const made = await sx.call('/api/v1/users', { body: { login, password: PASSWORD, role: 'admin' } });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body.id;
}

/** The answer of a sign-in, and its cookie as `name=value`. */
export async function signIn(sx: TestServer, login = 'root', headers: Record<string, string> = {}) {
  const answer = await sx.call('/auth/login', {
    body: { login, password: PASSWORD },
    token: null,
    headers: { origin: sx.base, ...headers },
  });
  const setCookie = answer.headers.get('set-cookie') ?? '';
  return { answer, setCookie, cookie: setCookie.split(';')[0] ?? '' };
}
