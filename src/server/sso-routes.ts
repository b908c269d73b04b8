import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { SentinelError } from '../lib/errors.ts';
import { invoke } from '../operations/invoke.ts';
import { SSO_MS, type SsoPurpose, ssoReturn, startSso } from '../operations/sso.ts';
import { hostCookie } from './host-cookie.ts';
import { ANONYMOUS, callerOrAnonymous, fromOf, type IdentityOptions } from './identity.ts';

/** Beside the session's cookie, which a browser does not send when it comes from another site. */
const COOKIE = 'sentinelx_sso';
const PATH = '/auth/oidc';

const Start = z.object({
  returnTo: z.string().max(2000).optional(),
  prove: z.literal('1').optional(),
  link: z.literal('1').optional(),
});
const Provider = z.object({ provider: z.string().max(100) });

/** Single sign-on: a browser comes by a link, goes to the provider, and comes back to the page that it wanted. */
export function addSsoRoutes(server: FastifyInstance, identity: IdentityOptions, publicOrigin: string): void {
  const addressOf = (provider: string) => `${publicOrigin}${PATH}/${encodeURIComponent(provider)}`;

  server.get(`${PATH}/:provider/start`, (request, reply) =>
    orErrorPage(request, reply, async () => {
      const { provider } = Provider.parse(request.params);
      // The provider knows one address of ours, and the cookie must belong to it.
      if (request.host !== new URL(publicOrigin).host) return `${publicOrigin}${request.url}`;
      const query = Start.parse(request.query);
      const purpose: SsoPurpose = query.prove ? 'prove' : query.link ? 'link' : 'sign-in';
      const { url, ticket } = await startSso(identity.services, await callerOrAnonymous(request, identity), {
        provider,
        purpose,
        redirect: `${addressOf(provider)}/callback`,
        returnTo: localPath(query.returnTo, publicOrigin),
      });
      const { name, options } = ticketCookie(request, identity);
      reply.setCookie(name, ticket, { ...options, maxAge: SSO_MS / 1000 });
      return url;
    }),
  );

  server.get(`${PATH}/:provider/callback`, (request, reply) =>
    orErrorPage(request, reply, async () => {
      const path = Provider.parse(request.params);
      const { name, options } = ticketCookie(request, identity);
      const ticket = request.cookies[name];
      reply.clearCookie(name, options);
      if (!ticket)
        throw new SentinelError('ticket-expired', 'This browser has not started a single sign-on.');
      const query = request.url.split('?')[1] ?? '';
      const { returnTo } = await invoke(
        ssoReturn,
        { services: identity.services, caller: ANONYMOUS, from: fromOf(request, reply, identity) },
        () => ({ path, query: {}, body: { ticket, query } }),
      );
      return returnTo;
    }),
  );
}

/** A name with `__Host-` is for all paths, or for none. */
function ticketCookie(request: FastifyRequest, identity: IdentityOptions) {
  const { name, secure } = hostCookie(request, identity, COOKIE);
  const options = { path: secure ? '/' : PATH, httpOnly: true, sameSite: 'lax', secure } as const;
  return { name, options };
}

/** A person looks at this, not a program: an error is a page that says it. */
async function orErrorPage(
  request: FastifyRequest,
  reply: FastifyReply,
  work: () => Promise<string>,
): Promise<unknown> {
  reply.header('cache-control', 'no-store');
  try {
    return await reply.redirect(await work(), 302);
  } catch (error) {
    const code =
      error instanceof SentinelError
        ? error.code
        : error instanceof z.ZodError
          ? 'invalid-parameter'
          : 'internal';
    const { message, cause } = error instanceof Error ? error : { message: '', cause: undefined };
    // What the provider sent stays out of the log; the code of the library tells what did not fit.
    request.log.warn(
      { code, detail: code === 'internal' ? message : undefined, cause: (cause as { code?: unknown })?.code },
      code === 'internal' ? 'single sign-on failed' : `single sign-on failed: ${message}`,
    );
    return reply.redirect(`/sign-in#error=${code}`, 302);
  }
}

/** A page of ours and nothing else: neither another site nor something that is no page. */
function localPath(wanted: string | undefined, origin: string): string {
  if (wanted === undefined || !/^\/(?![/\\])[^\\\p{C}]*$/u.test(wanted)) return '/';
  const url = URL.parse(wanted, origin);
  if (url?.origin !== origin || /^\/(api|auth|ws|assets)(\/|$)/.test(url.pathname)) return '/';
  return `${url.pathname}${url.search}${url.hash}`;
}
