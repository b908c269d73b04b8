import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { Account } from '../access/accounts.ts';
import { SentinelError } from '../lib/errors.ts';
import { fieldProblems } from '../lib/field-problems.ts';
import { COOKIE, checkOrigin, type IdentityOptions, signedIn } from './identity.ts';

const Setup = z.object({
  token: z.string().min(1).max(200),
  login: z
    .string()
    .trim()
    .min(2)
    .max(100)
    .regex(/^[^\s\p{C}]+$/u, 'expects no spaces')
    .meta({ examples: ['ada'] }),
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .meta({ examples: ['Ada Lovelace'] }),
  password: z.string().min(1).max(1000),
});
const Login = z.object({ login: z.string().min(1).max(100), password: z.string().min(1).max(1000) });

/** The routes that work without credentials, in one place: first account, sign-in, sign-out, who am I. */
export function addAuthRoutes(
  server: FastifyInstance,
  identity: IdentityOptions & { secureCookie: boolean },
): void {
  const { accounts } = identity;

  server.get('/auth/session', async (request) => ({
    setupNeeded: await accounts.setupNeeded(),
    user: (await signedIn(request, identity)) ?? null,
  }));

  server.post('/auth/setup', async (request, reply) => {
    checkOrigin(request, identity.origins);
    return enter(await accounts.setup(read(Setup, request.body)), request, reply);
  });

  server.post('/auth/login', async (request, reply) => {
    checkOrigin(request, identity.origins);
    if (await accounts.setupNeeded()) throw new SentinelError('setup-needed', 'There is no account yet.');
    const { login, password } = read(Login, request.body);
    return enter(await accounts.signIn(login, password, request.ip), request, reply);
  });

  server.post('/auth/logout', async (request, reply) => {
    checkOrigin(request, identity.origins);
    const value = request.cookies[COOKIE];
    if (value) await accounts.endSession(value);
    return reply.clearCookie(COOKIE, { path: '/' }).code(204).send();
  });

  async function enter(user: Account, request: FastifyRequest, reply: FastifyReply) {
    const value = await accounts.openSession(user.id, {
      address: request.ip,
      agent: request.headers['user-agent'] ?? '',
    });
    reply.setCookie(COOKIE, value, {
      path: '/',
      httpOnly: true,
      sameSite: 'strict',
      secure: identity.secureCookie,
    });
    return { user };
  }
}

function read<T extends z.ZodObject>(schema: T, body: unknown): z.output<T> {
  const result = schema.safeParse(body ?? {});
  if (result.success) return result.data;
  const fields = fieldProblems(schema, {}, result.error.issues);
  throw new SentinelError(
    'invalid-parameter',
    fields.map((field) => `${field.field}: ${field.message}`).join('; '),
    { fields },
  );
}
