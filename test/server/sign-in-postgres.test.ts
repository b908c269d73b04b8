import { generateSync } from 'otplib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PostgresServer, postgresPrograms, startPostgres } from '../servers/postgres.ts';
import {
  addPerson,
  openBrowser,
  PASSWORD,
  type SignInServer,
  signedIn,
  startSignInServer,
} from './sign-in-helper.ts';

/** Where many servers write at once, counting is a matter of locks: the same guesses on a real PostgreSQL. */
const bin = postgresPrograms();

describe.skipIf(bin === undefined)('sign-in on PostgreSQL', () => {
  let postgres: PostgresServer;
  let server: SignInServer;
  beforeAll(async () => {
    postgres = await startPostgres(bin ?? '');
    server = await startSignInServer({ databaseUrl: await postgres.database('sign_in') });
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await postgres?.stop();
  });

  test('two hundred guesses at once get a handful of tries', async () => {
    await addPerson(server, 'target');
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        openBrowser(server.base).post('/auth/login', { login: 'target', password: `wrong guess ${index}` }),
      ),
    );
    const codes = answers.map(({ body }) => body.code);
    expect(new Set(codes)).toEqual(new Set(['wrong-credentials', 'too-many-attempts']));
    expect(codes.filter((code) => code === 'wrong-credentials').length).toBeLessThanOrEqual(10);
  });

  test('a ticket allows five tries, a code and a recovery code open one session', async () => {
    const id = await addPerson(server, 'ada');
    const browser = await signedIn(server, 'ada');
    const { secret } = (await browser.post('/api/v1/account/totp')).body;
    const code = () => generateSync({ secret });
    const confirmed = await browser.post('/api/v1/account/totp/confirm', { code: code() });
    const [recovery] = confirmed.body.recoveryCodes;
    const { store } = server.app.services;
    await store.write({ lane: 'interactive' }, ({ tx }) =>
      tx.updateTable('totp').set({ last_step: 0 }).where('user', '=', id).execute(),
    );
    const ticketNow = async (): Promise<string> =>
      (await openBrowser(server.base).post('/auth/login', { login: 'ada', password: PASSWORD })).body
        .secondFactor.ticket;
    const tryIt = (ticket: string, given: string) =>
      openBrowser(server.base).post('/auth/second-factor', { ticket, code: given });
    for (const given of [code(), recovery]) {
      const tickets = [await ticketNow(), await ticketNow(), await ticketNow()];
      const answers = await Promise.all(tickets.map((ticket) => tryIt(ticket, given)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
    }
    const ticket = await ticketNow();
    const guesses = await Promise.all(
      Array.from({ length: 30 }, (_, index) => tryIt(ticket, String(100_000 + index))),
    );
    const codes = guesses.map(({ body }) => body.code);
    expect(codes.filter((one) => one === 'ticket-expired')).toHaveLength(25);
  });
});
