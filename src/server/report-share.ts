import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Selectable } from 'kysely';
import { digest } from '../access/digest.ts';
import { accountKey } from '../access/lockout.ts';
import { verifyPassword } from '../access/passwords.ts';
import { SentinelError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import type { Services } from '../operations/services.ts';
import { openSharedReport } from '../operations/shared-report.ts';
import type { Database } from '../store/schema.ts';
import { sendDownload } from './download.ts';
import { linkEndedPage, passwordPage } from './report-share-pages.ts';

export const SHARE_ROUTE = '/r/:token';

const MOST_BODY = 2048;
/** Refusals of one link go to its log so rarely: whoever tries must not fill it. */
const TELL_EVERY_MS = 60_000;

type Share = Selectable<Database['report_share']>;
type Outcome = 'opened' | 'wrong-password' | 'locked' | 'expired' | 'revoked';

/** `GET /r/TOKEN` shows a shared report, `POST` the same with the password. Whoever has the link may read this one report and nothing else. */
export async function addReportShareRoute(server: FastifyInstance, services: Services): Promise<void> {
  const told = new Map<string, number>();

  await server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: MOST_BODY },
      (_request, body, done) => done(null, body),
    );
    scope.get(SHARE_ROUTE, (request, reply) => answer(request, reply, undefined));
    scope.post(SHARE_ROUTE, (request, reply) =>
      answer(request, reply, new URLSearchParams(String(request.body ?? '')).get('password') ?? ''),
    );
  });

  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    password: string | undefined,
  ): Promise<FastifyReply> {
    reply.headers({ 'cache-control': 'no-store', 'x-robots-tag': 'noindex' });
    const share = await shareOf(request);
    if (!share) return linkEndedPage(reply);
    const ended = endedBy(share, Date.now());
    if (ended) {
      await log(request, share, ended);
      return linkEndedPage(reply);
    }
    if (share.password !== null) {
      if (password === undefined) return passwordPage(reply, null);
      const refused = await refusedBy(share, share.password, password);
      if (refused) {
        await log(request, share, refused.outcome);
        return passwordPage(reply, refused.message);
      }
    }
    const file = await openSharedReport(services, share);
    if (!file) return linkEndedPage(reply);
    await log(request, share, 'opened');
    return sendDownload(request, reply, file);
  }

  function shareOf(request: FastifyRequest): Promise<Share | undefined> {
    const { token } = request.params as { token: string };
    // The value itself is stored nowhere, and looked for by its hash: nothing can be learned from how long that takes.
    return services.store.db
      .selectFrom('report_share')
      .selectAll()
      .where('hash', '=', digest(token))
      .executeTakeFirst();
  }

  async function refusedBy(
    share: Share,
    stored: string,
    password: string,
  ): Promise<{ outcome: Outcome; message: string } | null> {
    const key = accountKey(`share:${share.id}`);
    try {
      await services.signIn.lockout.attempt([key]);
    } catch (error) {
      if (error instanceof SentinelError && error.code === 'too-many-attempts')
        return { outcome: 'locked', message: error.message };
      throw error;
    }
    if (!(await verifyPassword(password, stored)))
      return { outcome: 'wrong-password', message: 'The password is wrong.' };
    await services.signIn.lockout.succeed({ account: key });
    return null;
  }

  async function log(request: FastifyRequest, share: Share, outcome: Outcome): Promise<void> {
    const now = Date.now();
    const key = `${share.id} ${outcome} ${request.ip}`;
    if (outcome !== 'opened') {
      if (now - (told.get(key) ?? 0) < TELL_EVERY_MS) return;
      if (told.size > 10_000) told.clear();
      told.set(key, now);
    }
    await services.store.write({ lane: 'interactive', durable: true }, async ({ tx }) => {
      await tx
        .insertInto('report_access')
        .values({
          id: newId('acc'),
          share: share.id,
          time: now,
          address: request.ip,
          agent: String(request.headers['user-agent'] ?? '').slice(0, 300),
          outcome,
        })
        .execute();
    });
  }
}

function endedBy(share: Share, now: number): Outcome | null {
  if (share.revoked !== null) return 'revoked';
  return Number(share.expires) <= now ? 'expired' : null;
}
