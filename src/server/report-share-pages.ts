import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { visibleText } from '../lib/visible-text.ts';
import type { SharedReport } from '../operations/shared-report.ts';

const STYLE = `:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:26rem;margin:15vh auto;padding:0 1.5rem;background:light-dark(#f5f7f8,#0d1114);color:light-dark(#14191e,#e7ecef)}h1{font-size:1.3rem}label{display:block;margin-bottom:.3rem}input{font:inherit;width:100%;box-sizing:border-box;padding:.4rem .6rem;border:1px solid light-dark(#7c8894,#6d7a86);border-radius:4px;background:light-dark(#fff,#141a1e);color:inherit}button{font:inherit;margin-top:.8rem;padding:.4rem 1.2rem;border:0;border-radius:4px;background:light-dark(#0a626b,#5cc4ce);color:light-dark(#fff,#04191c)}ul{list-style:none;margin:0;padding:0}li{display:flex;flex-wrap:wrap;gap:.2rem .8rem;justify-content:space-between;padding:.45rem 0;border-top:1px solid light-dark(#d5dbe0,#2a333a)}h1{overflow-wrap:anywhere}h2{font-size:1rem;margin:1.6rem 0 .3rem}a{color:light-dark(#0a626b,#5cc4ce)}.read{display:inline-block;padding:.45rem 1.2rem;border-radius:4px;background:light-dark(#0a626b,#5cc4ce);color:light-dark(#fff,#04191c);text-decoration:none}.muted{color:light-dark(#4d5a66,#a3b0bb)}.wrong{color:light-dark(#b3202e,#ff8484)}`;
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

/** What the report is, the files that the link gives, and what was left out of them. */
export function sharedReportPage(
  reply: FastifyReply,
  { report, address }: { report: SharedReport; address: string },
): FastifyReply {
  const { files } = report;
  const count = `${report.findings.toLocaleString('en-US')} ${report.findings === 1 ? 'finding' : 'findings'}`;
  const facts = `<p class="muted">${count}, as of ${day(report.asOf)}. This link works until ${day(report.expires)}.</p>`;
  const read = files.some(({ format }) => format === 'html')
    ? `<p><a class="read" href="${address}/html">Read the report</a></p>`
    : '';
  const list = files
    .map(
      ({ format, size }) =>
        `<li><a href="${address}/${format}?keep" download>${FORMAT_WORDS[format]}</a><span class="muted">${sizeWords(size)}</span></li>`,
    )
    .join('');
  return send(
    reply,
    200,
    `<h1>${escaped(report.title)}</h1>${facts}${read}<h2>Download</h2><ul>${list}</ul>${leftOutHtml(report.leftOut)}`,
  );
}

function leftOutHtml(leftOut: SharedReport['leftOut']): string {
  if (leftOut === null) return '';
  const parts = leftOut.length > 0 ? leftOut : ['code, evidence and names of places'];
  const items = parts.map((part) => `<li>${escaped(part)}</li>`).join('');
  return `<h2>Left out for readers outside</h2><p>What is wrong, how bad it is and what to do about it is in the report. It does not have:</p><ul>${items}</ul>`;
}

const FORMAT_WORDS: Record<SharedReport['files'][number]['format'], string> = {
  html: 'Interactive page (HTML)',
  pdf: 'Document (PDF)',
  json: 'All data (JSON)',
  csv: 'Table (CSV)',
  sarif: 'For code scanning tools (SARIF)',
  markdown: 'Text (Markdown)',
  vex: 'Vulnerabilities and their state (CycloneDX VEX)',
};

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function sizeWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 999_500 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** A title comes from people: nothing in it is markup, and nothing in it is unseen. */
function escaped(text: string): string {
  return visibleText(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
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
