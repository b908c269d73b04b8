/** Everything that answers without credentials, with the reason. Nothing else may: see `guardRoutes`. */
export const PUBLIC_OPERATIONS: Record<string, string> = {
  'auth.session': 'tells a page whether somebody is signed in, and nothing else',
  'auth.setup': 'makes the first account, with the token that the start printed',
  'auth.login': 'is how one gets credentials',
  'auth.secondFactor': 'completes a sign-in, with the ticket that the password gave',
  'auth.passkeyOptions': 'begins a sign-in with a passkey; it tells nothing about accounts',
  'auth.passkey': 'is how one gets credentials with a passkey',
  'auth.logout': 'ends a session that may have ended already',
};

export const PUBLIC_ROUTES: Record<string, string> = {
  '/api/v1/health': 'tells a load balancer that the server answers, without details',
  '/api/docs': 'the description of the API for people; it tells nothing about this instance',
  '/api/openapi.json': 'leads to the description, which needs credentials',
  '/auth/oidc/:provider/start': 'leads to the provider of single sign-on',
  '/auth/oidc/:provider/callback':
    'is how one gets credentials from a provider; bound to the browser that started',
  '/r/:token': 'a shared report: the link is the credential, with a password where its owner set one',
  '/r/:token/:format': 'a file of a shared report, as its page; one with a password asks for it there',
  '/': 'the page itself, which then asks to sign in',
  '/*': 'files of the page',
};

/** These check credentials by themselves, because they are no operations. */
export const GUARDED_ROUTES: Record<string, string> = {
  '/api/v1/openapi.json': 'the description of the API',
  '/metrics': 'for Prometheus, with a token',
  '/ws/execution': 'live streams; each subscription is checked too',
  '/ws/worker': 'workers of other networks, with a token that holds worker:join',
  '/api/v1/stream': 'the same streams as Server-Sent Events',
  '/api/v1/hooks/:hook': 'starts the workflow of a hook; the request is signed with its secret',
};

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Id of the operation behind a route. */
    operation?: string;
    /** Answers bytes; a browser follows a plain link to it. */
    download?: boolean;
  }
}

export function isPublicOperation(id: string): boolean {
  return Object.hasOwn(PUBLIC_OPERATIONS, id);
}

/** Called for each route that is registered: one that belongs to no operation and stands in no list ends the start. */
export function guardRoute(route: { url: string; config?: { operation?: string } | undefined }): void {
  if (route.config?.operation !== undefined) return;
  if (Object.hasOwn(PUBLIC_ROUTES, route.url) || Object.hasOwn(GUARDED_ROUTES, route.url)) return;
  throw new Error(
    `The route ${route.url} has no operation and stands in no list of src/server/public-routes.ts.`,
  );
}
