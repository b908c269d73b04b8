import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Selectable } from 'kysely';
import { digest } from '../access/digest.ts';
import { accountKey } from '../access/lockout.ts';
import { verifyPassword } from '../access/passwords.ts';
import { SentinelError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import type { Services } from '../operations/services.ts';
import { openSharedReport, sharedReport } from '../operations/shared-report.ts';
import type { Database } from '../store/schema.ts';
import { sendDownload } from './download.ts';
import { linkEndedPage, passwordPage, sharedReportPage } from './report-share-pages.ts';
import { mayRead, rememberReader } from './report-share-reader.ts';

export const SHARE_ROUTE = '/r/:token';

const MOST_BODY = 2048;
/** Refusals of one link go to its log so rarely: whoever tries must not fill it. */
const TELL_EVERY_MS = 60_000;

type Share = Selectable<Database['report_share']>;
type Outcome = 'opened' | 'read' | 'downloaded' | 'wrong-password' | 'locked' | 'expired' | 'revoked';
/** They are told as often as they happen. */
const LET_IN: readonly Outcome[] = ['opened', 'read', 'downloaded'];

/**
 * `GET /r/TOKEN` says what a shared report is and which files of it there are, after `POST` with the password where it has one; `/r/TOKEN/FORMAT` is
 * a file. Whoever has the link may read this one report and nothing else.
 */
export async function addReportShareRoute(
  server: FastifyInstance,
  services: Services,
  cookies: { secureCookie: boolean },
): Promise<void> {
  const told = new Map<string, number>();

  await server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: MOST_BODY },
      (_request, body, done) => done(null, body),
    );
    scope.get(SHARE_ROUTE, (request, reply) => page(request, reply, undefined));
    scope.post(SHARE_ROUTE, (request, reply) =>
      page(request, reply, new URLSearchParams(String(request.body ?? '')).get('password') ?? ''),
    );
    scope.get(`${SHARE_ROUTE}/:format`, file);
  });

  async function page(
    request: FastifyRequest,
    reply: FastifyReply,
    password: string | undefined,
  ): Promise<FastifyReply> {
    const share = await workingShare(request, reply);
    if (!share) return linkEndedPage(reply);
    if (share.password !== null && !mayRead(request, share, cookies)) {
      if (password === undefined) return passwordPage(reply, null);
      const refused = await refusedBy(share, share.password, password);
      if (refused) {
        await log(request, share, refused.outcome);
        return passwordPage(reply, refused.message);
      }
      rememberReader(request, reply, share, cookies);
    }
    const { token } = request.params as { token: string };
    const address = `/r/${encodeURIComponent(token)}`;
    // A page that answers a form is sent again with Back, which the browser asks about.
    if (password !== undefined) return reply.redirect(address, 303);
    const report = await sharedReport(services, share);
    if (!report) return linkEndedPage(reply);
    await log(request, share, 'opened');
    return sharedReportPage(reply, { report, address });
  }

  async function file(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const share = await workingShare(request, reply);
    if (!share) return linkEndedPage(reply);
    const { token, format } = request.params as { token: string; format: string };
    // The page of the link asks for the password, and leads here.
    if (!mayRead(request, share, cookies)) return reply.redirect(`/r/${encodeURIComponent(token)}`, 303);
    const keep = (request.query as { keep?: unknown }).keep !== undefined;
    const opened = await openSharedReport(services, share, { format, keep });
    if (!opened) return linkEndedPage(reply);
    await log(request, share, opened.view === undefined ? 'downloaded' : 'read');
    return sendDownload(request, reply, opened);
  }

  /** Undefined when it never was, ended or was taken back: that looks the same from outside. */
  async function workingShare(request: FastifyRequest, reply: FastifyReply): Promise<Share | undefined> {
    reply.headers({ 'cache-control': 'no-store', 'x-robots-tag': 'noindex' });
    const share = await shareOf(request);
    const ended = share && endedBy(share, Date.now());
    if (!share || !ended) return share;
    await log(request, share, ended);
    return undefined;
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
    if (!LET_IN.includes(outcome)) {
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
