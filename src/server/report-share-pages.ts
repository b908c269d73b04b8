import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';

const STYLE = `:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:26rem;margin:15vh auto;padding:0 1.5rem;background:light-dark(#f5f7f8,#0d1114);color:light-dark(#14191e,#e7ecef)}h1{font-size:1.3rem}label{display:block;margin-bottom:.3rem}input{font:inherit;width:100%;box-sizing:border-box;padding:.4rem .6rem;border:1px solid light-dark(#7c8894,#6d7a86);border-radius:4px;background:light-dark(#fff,#141a1e);color:inherit}button{font:inherit;margin-top:.8rem;padding:.4rem 1.2rem;border:0;border-radius:4px;background:light-dark(#0a626b,#5cc4ce);color:light-dark(#fff,#04191c)}.wrong{color:light-dark(#b3202e,#ff8484)}`;
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

/** The same for a link that never was, one that ended and one that was taken back. */
export function linkEndedPage(reply: FastifyReply): FastifyReply {
  return send(
    reply,
    404,
    '<h1>This link does not lead to a report</h1><p>It may have ended, or have been taken back. Ask who sent it for a new one.</p>',
  );
}

export function passwordPage(reply: FastifyReply, wrong: string | null): FastifyReply {
  // Our own words only.
  const told = wrong === null ? '' : `<p class="wrong" role="alert">${wrong}</p>`;
  return send(
    reply,
    wrong === null ? 200 : 403,
    `<h1>This report asks for a password</h1>${told}<form method="post"><label for="p">Password</label><input id="p" name="password" type="password" autocomplete="off" maxlength="256" required autofocus><button>Open the report</button></form>`,
  );
}

function send(reply: FastifyReply, status: number, body: string): FastifyReply {
  return reply
    .code(status)
    .header('content-security-policy', POLICY)
    .type('text/html; charset=utf-8')
    .send(
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Shared report</title><style>${STYLE}</style></head><body>${body}</body></html>`,
    );
}
