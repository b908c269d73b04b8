import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RULES, type RuleId } from '../../src/plugins/tasks/http-check/rules.ts';
import { type Certificates, hasOpenssl, type KeyPair, makeCertificates } from '../servers/certificates.ts';
import { checkSite, type Site, securityTxt } from './http-check-site.ts';

/** These look the same over plain HTTP, which takes a fifth of the time. */
const SAME_OVER_HTTP =
  /^(exposed|cors|framing|referrer|permissions|password-in|sri|session|redirect-(loop|too))-|^(trace-enabled|directory-listing|nosniff-missing|server-version|technology-disclosed|xss-auditor|(charset|content-type)-missing|csp-(?!http).*)$/;
const DAY = 86_400_000;
const POLICY = "object-src 'none'; base-uri 'none'; frame-ancestors 'none'";
const TEXT = { 'Content-Type': 'text/plain' };

/** Sites that differ from a perfect one; the rule must be reported for each `hit` and for no `ok`, a look-alike. */
interface Pair {
  hit: Site | readonly Site[];
  ok: Site | readonly Site[];
}
type Keys = Certificates & { sha1: KeyPair; rsa: KeyPair };

const csp = (policy: string | readonly string[]): Site => ({
  headers: { 'Content-Security-Policy': policy },
});
const cookie = (...values: string[]): Site => ({ headers: { 'Set-Cookie': values } });
const page = (body: string): Site => ({ body: `<!doctype html><title>A page</title>${body}` });
const file = (path: string, body: string | Uint8Array, headers: Record<string, string> = TEXT): Site => ({
  files: { [path]: { body, headers } },
});
const txt = (body: string, headers: Record<string, string> = TEXT): Site =>
  file('/.well-known/security.txt', body, headers);
/** A page for everything, as many applications answer; what is looked for is quoted in it. */
const everywhere = (body: string, type = 'text/html; charset=utf-8'): Site => ({
  answer: (request, response) => {
    if (request.url === '/' || request.url?.startsWith('/.well-known/')) return false;
    response.writeHead(200, { 'Content-Type': type }).end(body);
    return true;
  },
});
const origin =
  (allow: (origin: string, response: ServerResponse) => string | undefined): Site['answer'] =>
  (request, response) => {
    const asked = request.headers.origin;
    const allowed = asked === undefined ? undefined : allow(asked, response);
    if (allowed !== undefined) response.setHeader('Access-Control-Allow-Origin', allowed);
    return false;
  };
const redirects = (to: (path: string) => string | undefined): Site['answer'] => {
  return (request, response) => {
    const location = to(request.url ?? '');
    if (location === undefined) return false;
    response.writeHead(302, { Location: location }).end();
    return true;
  };
};
const SESSION = 'sid=0123456789abcdef; Secure; HttpOnly; SameSite=Lax; Path=/';

function pairs(keys: Keys): Record<RuleId, Pair> {
  return {
    'hsts-missing': {
      hit: { headers: { 'Strict-Transport-Security': null } },
      ok: [{ headers: { 'strict-transport-security': 'MAX-AGE="31536000"; INCLUDESUBDOMAINS' } }],
    },
    'hsts-short': {
      hit: [
        { headers: { 'Strict-Transport-Security': 'max-age=86400; includeSubDomains' } },
        { headers: { 'Strict-Transport-Security': 'max-age=0' } },
      ],
      ok: { headers: { 'Strict-Transport-Security': 'max-age=15768000; includeSubDomains' } },
    },
    'hsts-no-subdomains': {
      hit: { headers: { 'Strict-Transport-Security': 'max-age=31536000' } },
      ok: { headers: { 'Strict-Transport-Security': 'max-age=31536000;includesubdomains;preload' } },
    },
    'hsts-invalid': {
      hit: [
        { headers: { 'Strict-Transport-Security': 'includeSubDomains' } },
        { headers: { 'Strict-Transport-Security': 'max-age=1; max-age=31536000' } },
        { headers: { 'Strict-Transport-Security': 'max-age=31536000, includeSubDomains' } },
      ],
      ok: { headers: { 'Strict-Transport-Security': ' max-age = 31536000 ;; includeSubDomains; unknown' } },
    },
    'csp-missing': {
      hit: [csp([]), { headers: { 'Content-Security-Policy': null, 'X-Content-Security-Policy': POLICY } }],
      ok: [
        {
          ...page(`<meta http-equiv="content-security-policy" content="default-src 'self'">`),
          headers: { 'Content-Security-Policy': null },
        },
        { headers: { 'Content-Security-Policy': null, 'Content-Type': 'application/json' }, body: '{}' },
      ],
    },
    'csp-report-only': {
      hit: { headers: { 'Content-Security-Policy': null, 'Content-Security-Policy-Report-Only': POLICY } },
      ok: { headers: { 'Content-Security-Policy-Report-Only': "default-src 'none'" } },
    },
    'csp-unsafe-inline': {
      hit: [
        csp(`script-src 'self' 'UNSAFE-INLINE'; ${POLICY}`),
        csp(`default-src 'self' 'unsafe-inline'; ${POLICY}`),
        csp(`script-src 'self'; script-src-elem 'self' 'unsafe-inline'; ${POLICY}`),
        csp(`script-src 'self'; script-src-attr 'unsafe-inline'; ${POLICY}`),
      ],
      ok: [
        csp(`script-src 'self' 'unsafe-inline' 'nonce-dGVzdA=='; ${POLICY}`),
        csp(`script-src 'unsafe-inline' 'sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='; ${POLICY}`),
        csp(`script-src 'strict-dynamic' 'unsafe-inline' https:; ${POLICY}`),
        csp(`script-src 'self'; style-src 'self' 'unsafe-inline'; ${POLICY}`),
        csp([`script-src 'self' 'unsafe-inline'; ${POLICY}`, "script-src 'self'"]),
        csp(`script-src 'self' 'unsafe-inline'; script-src-elem 'self'; script-src-attr 'none'; ${POLICY}`),
      ],
    },
    'csp-unsafe-eval': {
      hit: csp(`script-src 'self' 'unsafe-eval'; ${POLICY}`),
      ok: csp(`script-src 'self' 'wasm-unsafe-eval'; ${POLICY}`),
    },
    'csp-wildcard': {
      hit: ['*', 'https:', 'data:', 'blob:', 'https://*', '*:*'].map((source) =>
        csp(`script-src 'self' ${source}; ${POLICY}`),
      ),
      ok: [
        csp(`script-src 'self' https://*.example.org; ${POLICY}`),
        csp(`script-src 'nonce-dGVzdA==' 'strict-dynamic' https:; ${POLICY}`),
        csp(`script-src 'self'; img-src *; ${POLICY}`),
        csp([`script-src *; ${POLICY}`, "default-src 'self'"]),
      ],
    },
    'csp-no-script-src': {
      hit: [
        csp(POLICY),
        csp(`script-src-elem 'self'; ${POLICY}`),
        csp(`upgrade-insecure-requests; ${POLICY}`),
      ],
      ok: [
        csp(`default-src 'none'; ${POLICY}`),
        csp(`script-src-elem 'self'; script-src-attr 'none'; ${POLICY}`),
      ],
    },
    'csp-no-object-src': {
      hit: csp("script-src 'self'; base-uri 'none'; frame-ancestors 'none'"),
      ok: csp("default-src 'self'; base-uri 'none'; frame-ancestors 'none'"),
    },
    'csp-no-base-uri': {
      hit: csp("default-src 'self'; frame-ancestors 'none'"),
      ok: csp(["default-src 'self'; frame-ancestors 'none'", "BASE-URI 'self'"]),
    },
    'csp-no-frame-ancestors': {
      hit: {
        headers: {
          'Content-Security-Policy': "default-src 'self'; base-uri 'none'",
          'X-Frame-Options': 'DENY',
        },
      },
      ok: [csp([`default-src 'self'`, "frame-ancestors 'self'"])],
    },
    'csp-http-source': {
      hit: [
        csp(`default-src 'self'; img-src http://cdn.example; ${POLICY}`),
        csp(`default-src 'self'; img-src http:; ${POLICY}`),
      ],
      ok: [
        csp(`default-src 'self'; img-src https://http.example; ${POLICY}`),
        csp(`default-src 'self'; img-src http://cdn.example; upgrade-insecure-requests; ${POLICY}`),
        csp(`default-src 'self'; report-uri http://reports.example/; ${POLICY}`),
      ],
    },
    'nosniff-missing': {
      hit: [
        { headers: { 'X-Content-Type-Options': null } },
        { headers: { 'X-Content-Type-Options': 'sniff, nosniff' } },
      ],
      ok: { headers: { 'X-Content-Type-Options': ['NoSniff', 'nosniff'] } },
    },
    'framing-allowed': {
      hit: [
        csp("default-src 'self'; object-src 'none'; base-uri 'none'"),
        csp("default-src 'self'; frame-ancestors *"),
        {
          ...page(`<meta http-equiv="Content-Security-Policy" content="frame-ancestors 'none'">`),
          ...csp("default-src 'self'"),
        },
      ],
      ok: [
        { headers: { 'Content-Security-Policy': "default-src 'self'", 'X-Frame-Options': 'sameorigin' } },
        csp("default-src 'self'; frame-ancestors https://partner.example"),
        csp(['frame-ancestors *', "frame-ancestors 'self'"]),
      ],
    },
    'framing-invalid': {
      hit: [
        {
          headers: {
            'Content-Security-Policy': "default-src 'self'",
            'X-Frame-Options': 'ALLOW-FROM https://partner.example',
          },
        },
        {
          headers: {
            'Content-Security-Policy': "default-src 'self'",
            'X-Frame-Options': ['DENY', 'SAMEORIGIN'],
          },
        },
      ],
      ok: [
        {
          headers: {
            'Content-Security-Policy': "default-src 'self'",
            'X-Frame-Options': ['DENY', 'deny'],
          },
        },
        { headers: { 'X-Frame-Options': 'ALLOW-FROM https://partner.example' } },
      ],
    },
    'referrer-policy-missing': {
      hit: [
        { headers: { 'Referrer-Policy': null } },
        { headers: { 'Referrer-Policy': 'none-of-your-business' } },
      ],
      ok: [
        { headers: { 'Referrer-Policy': 'future-value, same-origin' } },
        { ...page('<meta name="referrer" content="same-origin">'), headers: { 'Referrer-Policy': null } },
      ],
    },
    'referrer-policy-unsafe': {
      hit: [
        { headers: { 'Referrer-Policy': 'unsafe-url' } },
        { headers: { 'Referrer-Policy': 'no-referrer, no-referrer-when-downgrade' } },
      ],
      ok: { headers: { 'Referrer-Policy': 'unsafe-url, strict-origin-when-cross-origin' } },
    },
    'permissions-policy-missing': {
      hit: [
        { headers: { 'Permissions-Policy': null } },
        { headers: { 'Permissions-Policy': null, 'Feature-Policy': "camera 'none'" } },
      ],
      ok: { headers: { 'Permissions-Policy': 'geolocation=(self "https://maps.example"), camera=*' } },
    },
    'permissions-policy-invalid': {
      hit: { headers: { 'Permissions-Policy': "camera 'none'; microphone 'none'" } },
      ok: {
        headers: {
          'Permissions-Policy': 'camera=();report-to=main, fullscreen=self, usb=("https://x.example")',
        },
      },
    },
    'coop-missing': {
      hit: [
        { headers: { 'Cross-Origin-Opener-Policy': null } },
        { headers: { 'Cross-Origin-Opener-Policy': 'unsafe-none' } },
      ],
      ok: { headers: { 'Cross-Origin-Opener-Policy': 'same-origin-allow-popups; report-to="main"' } },
    },
    'corp-missing': {
      hit: { headers: { 'Cross-Origin-Resource-Policy': null } },
      ok: { headers: { 'Cross-Origin-Resource-Policy': 'cross-origin' } },
    },
    'cross-origin-policy-invalid': {
      hit: [
        { headers: { 'Cross-Origin-Opener-Policy': 'same-site' } },
        { headers: { 'Cross-Origin-Resource-Policy': 'Same-Origin' } },
        { headers: { 'Cross-Origin-Embedder-Policy': 'require-corp, require-corp' } },
      ],
      ok: { headers: { 'Cross-Origin-Embedder-Policy': 'require-corp; report-to="main"' } },
    },
    'server-version': {
      hit: [{ headers: { Server: 'nginx/1.2.3' } }, { headers: { Server: 'Apache 2.4' } }],
      ok: [{ headers: { Server: 'nginx' } }, { headers: { Server: 'H2 gateway' } }],
    },
    'technology-disclosed': {
      hit: [{ headers: { 'X-Powered-By': 'PHP/5.6' } }, { headers: { 'X-Generator': 'Drupal 9' } }],
      ok: { headers: { 'X-Runtime': '0.034', 'X-Request-Id': 'PHP-1' } },
    },
    'xss-auditor': {
      hit: { headers: { 'X-XSS-Protection': '1; mode=block' } },
      ok: { headers: { 'X-XSS-Protection': '0' } },
    },
    'content-type-missing': {
      hit: { headers: { 'Content-Type': null }, body: 'text' },
      ok: [
        { headers: { 'Content-Type': null }, body: '' },
        { headers: { 'Content-Type': 'text/plain' }, body: 'text' },
      ],
    },
    'charset-missing': {
      hit: { headers: { 'Content-Type': 'text/html' } },
      ok: [
        { headers: { 'Content-Type': 'text/html; Charset="utf-8"' } },
        { ...page('<meta charset=utf-8>'), headers: { 'Content-Type': 'text/html' } },
        { headers: { 'Content-Type': 'application/json' }, body: '{}' },
      ],
    },
    'cookie-not-secure': {
      hit: cookie('a=b; HttpOnly; SameSite=Lax'),
      ok: [
        cookie(SESSION),
        cookie('a=; Max-Age=0'),
        cookie('a=; Max-Age=-1'),
        cookie('a=gone; Expires=Wed, 01 Jan 2020 00:00:00 GMT'),
      ],
    },
    'cookie-not-httponly': {
      hit: [
        cookie('a=b; Secure; SameSite=Lax'),
        cookie('a=b; Secure; SameSite=Lax; Max-Age=60; Expires=Wed, 01 Jan 2020 00:00:00 GMT'),
      ],
      ok: [cookie('a=b; Secure; httponly; SameSite=Lax'), cookie('XSRF-TOKEN=b; Secure; SameSite=Lax')],
    },
    'cookie-samesite-missing': {
      hit: [cookie('a=b; Secure; HttpOnly'), cookie('a=b; Secure; HttpOnly; SameSite=Sometimes')],
      ok: cookie('a=b; Secure; HttpOnly; samesite=STRICT'),
    },
    'cookie-samesite-none-insecure': {
      hit: cookie('a=b; HttpOnly; SameSite=None'),
      ok: cookie('a=b; HttpOnly; SameSite=None; Secure'),
    },
    'cookie-prefix-broken': {
      hit: [
        '__Host-a=b; Secure; HttpOnly; SameSite=Lax',
        '__Host-a=b; Secure; HttpOnly; SameSite=Lax; Path=/; Domain=localhost',
        '__host-a=b; HttpOnly; SameSite=Lax; Path=/',
        '__Secure-a=b; HttpOnly; SameSite=Lax',
        '__Http-a=b; Secure; SameSite=Lax',
        '__Host-Http-a=b; Secure; SameSite=Lax; Path=/',
      ].map((value) => cookie(value)),
      ok: cookie(
        '__Host-a=b; Secure; HttpOnly; SameSite=Lax; Path=/',
        '__Secure-a=b; Secure; HttpOnly; SameSite=Lax; Domain=localhost; Path=/app',
        '__Http-a=b; Secure; HttpOnly; SameSite=Lax',
        '__Host-Http-a=b; Secure; HttpOnly; SameSite=Lax; Path=/',
        'my__Host-a=b; Secure; HttpOnly; SameSite=Lax; Path=/app',
      ),
    },
    'cookie-broad-domain': {
      hit: cookie(`${SESSION}; Domain=localhost`),
      ok: cookie(`${SESSION}; Domain=`),
    },
    'cookie-over-http': {
      hit: { ...cookie('PHPSESSID=0123456789; HttpOnly; SameSite=Lax'), http: true },
      ok: [{ ...cookie('theme=dark; HttpOnly; SameSite=Lax'), http: true }, cookie(SESSION)],
    },
    'cors-reflects-origin': {
      hit: [
        { answer: origin((asked) => asked) },
        { answer: origin((asked) => (asked.startsWith('https://localhost') ? asked : undefined)) },
      ],
      ok: [
        { answer: origin(() => '*') },
        { answer: origin(() => 'https://partner.example') },
        { answer: origin((asked) => (asked === 'https://localhost' ? asked : undefined)) },
      ],
    },
    'cors-null-origin': {
      hit: { answer: origin((asked) => (asked === 'null' ? 'null' : undefined)) },
      ok: { answer: origin((asked) => (asked === 'null' ? undefined : asked)) },
    },
    'cors-wildcard-credentials': {
      hit: {
        answer: origin((_asked, response) => {
          response.setHeader('Access-Control-Allow-Credentials', 'true');
          return '*';
        }),
      },
      ok: {
        answer: origin((_asked, response) => {
          response.setHeader('Access-Control-Allow-Credentials', 'false');
          return '*';
        }),
      },
    },
    'http-not-redirected': {
      hit: [
        { plain: (_request, response) => void response.end('hello') },
        { plain: (_request, response) => void response.writeHead(301, { Location: '/home' }).end() },
      ],
      ok: [
        { plain: (_request, response) => void response.writeHead(403).end() },
        { params: { httpPort: 1 } },
        {
          plain: (_request, response) =>
            void response.writeHead(301, { Location: 'https://localhost/' }).end(),
        },
      ],
    },
    'plain-http': { hit: { http: true }, ok: {} },
    'redirect-downgrade': {
      hit: { answer: redirects((path) => (path === '/' ? 'http://localhost:1/' : undefined)) },
      ok: {
        answer: redirects((path) => (path === '/' ? '/home' : undefined)),
        files: { '/home': { body: 'x' } },
      },
    },
    'redirect-loop': {
      hit: { answer: redirects((path) => ({ '/': '/a', '/a': '/' })[path]) },
      ok: [
        { answer: redirects((path) => ({ '/': '/a', '/a': '/b' })[path]), files: { '/b': { body: 'x' } } },
      ],
    },
    'redirect-too-long': {
      hit: {
        answer: redirects((path) => {
          const step = Number(path.slice(1));
          return /^\/[0-9]*$/.test(path) && step < 6 ? `/${step + 1}` : undefined;
        }),
        files: { '/6': { body: 'x' } },
      },
      ok: {
        answer: redirects((path) => {
          const step = Number(path.slice(1));
          return /^\/[0-9]*$/.test(path) && step < 5 ? `/${step + 1}` : undefined;
        }),
        files: { '/5': { body: 'x' } },
      },
    },
    'mixed-active': {
      hit: [
        page('<script src="http://cdn.example/a.js"></script>'),
        page('<link rel="stylesheet" href="http://cdn.example/a.css">'),
        page('<base href="http://cdn.example/"><iframe src="a"></iframe>'),
      ],
      ok: [
        page('<script src="//cdn.example/a.js"></script><a href="http://cdn.example/">out</a>'),
        page('<!-- <script src="http://cdn.example/a.js"></script> -->'),
        page(
          '<script>"<iframe src=http://cdn.example>"</script><link rel="canonical" href="http://x.example/">',
        ),
        {
          ...page('<script src="http://cdn.example/a.js"></script>'),
          ...csp(`default-src 'self'; upgrade-insecure-requests; ${POLICY}`),
        },
      ],
    },
    'mixed-passive': {
      hit: page('<img src=http://cdn.example/i.png>'),
      ok: [page('<img src=https://cdn.example/i.png alt="http://cdn.example/">'), page('<img src=/i.png>')],
    },
    'form-over-http': {
      hit: page('<form action="http://x.example/" method="post"></form>'),
      ok: page('<form action="/send" method="post"></form><form data-action="http://x.example/"></form>'),
    },
    'password-over-http': {
      hit: { ...page('<form method=post><input type=PASSWORD></form>'), http: true },
      ok: [
        { ...page('<form method=post><input type=text name=password></form>'), http: true },
        page('<form method=post><input type=password></form>'),
      ],
    },
    'password-in-query': {
      hit: page('<form action="/in"><p><input type="password"></form>'),
      ok: [
        page('<form action="/in" method=POST><input type="password"></form>'),
        page('<form action="/search"></form><input type="password">'),
      ],
    },
    'sri-missing': {
      hit: [
        page('<script src="https://cdn.example/a.js"></script>'),
        page('<link rel="preload stylesheet" href="https://cdn.example/a.css">'),
      ],
      ok: [
        page('<script src="https://cdn.example/a.js" integrity="sha384-AAAA" crossorigin></script>'),
        page('<script src="/a.js"></script><link rel="preconnect" href="https://cdn.example">'),
      ],
    },
    'session-in-url': {
      hit: page('<a href="/x;jsessionid=0123456789ABCDEF">x</a>'),
      ok: page('<a href="/help?topic=jsessionid">x</a><a href="/x?session=off">y</a>'),
    },
    'trace-enabled': {
      hit: {
        answer: (request, response) => {
          if (request.method !== 'OPTIONS') return false;
          response.writeHead(204, { Allow: 'GET, HEAD, TRACE' }).end();
          return true;
        },
      },
      ok: {
        answer: (request, response) => {
          if (request.method !== 'OPTIONS') return false;
          response.writeHead(204, { Allow: 'GET, HEAD, X-TRACED' }).end();
          return true;
        },
      },
    },
    'directory-listing': {
      hit: [
        { body: '<html><title>Index of /</title><a href="../">../</a>' },
        { body: '<html><title>Directory listing for /</title>' },
        { body: '<html><title>Directory Listing For [/]</title>' },
        { body: '<html><title>localhost - /</title><A HREF="/">[To Parent Directory]</A>' },
      ],
      ok: [
        { body: '<html><title>Index of /var explained</title>' },
        { body: '<html><title>Index of refraction</title><p>Index of /</p>' },
        { body: '<html><title>Shop - /</title>' },
      ],
    },
    'exposed-git': {
      hit: [
        file('/.git/HEAD', 'ref: refs/heads/main\n'),
        file('/.git/config', '[core]\n\trepositoryformatversion = 0\n'),
      ],
      ok: [
        file('/.git/HEAD', '<html>ref: refs/heads/main'),
        everywhere('ref: refs/heads/main\n', 'text/plain'),
        { files: { '/.git/HEAD': { status: 403, body: 'ref: refs/heads/main\n' } } },
      ],
    },
    'exposed-svn': {
      hit: [file('/.svn/wc.db', 'SQLite format 3\0…'), file('/.svn/entries', '10\n\ndir\n1\n')],
      ok: [file('/.svn/entries', '404\n'), file('/.svn/wc.db', 'About SQLite format 3')],
    },
    'exposed-hg': {
      hit: [
        file('/.hg/requires', 'dotencode\nfncache\nrevlogv1\nstore\n'),
        file('/.hg/requires', 'share-safe\n'),
      ],
      ok: file('/.hg/requires', 'This store requires a login\n'),
    },
    'exposed-env': {
      hit: [
        file('/.env', '# app\nDB_PASSWORD=hunter2secret\nexport PORT=1\n'),
        file('/.env.production', 'APP_KEY="x"\r\nDEBUG=\r\n'),
      ],
      ok: [
        file('/.env', 'A=1\n', { 'Content-Type': 'text/html' }),
        file('/.env', 'Nothing is here.\nA=1\nTry the start page.\n'),
        everywhere('MAINTENANCE=1\n', 'text/plain'),
      ],
    },
    'exposed-ds-store': {
      hit: file('/.DS_Store', Buffer.from('\0\0\0\u0001Bud1\0\0', 'latin1')),
      ok: file('/.DS_Store', 'Bud1'),
    },
    'exposed-server-status': {
      hit: file('/server-status', '<html><title>Apache Status</title>', { 'Content-Type': 'text/html' }),
      ok: [
        file('/server-status', '<html><title>How to read the Apache Status page</title>'),
        everywhere('<html><title>Apache Status</title>'),
      ],
    },
    'exposed-phpinfo': {
      hit: [
        file('/phpinfo.php', '<title>PHP 8.3.1 - phpinfo()</title>'),
        file('/info.php', '<title>phpinfo()</title>'),
      ],
      ok: file('/info.php', '<title>What phpinfo() shows</title>'),
    },
    'exposed-htpasswd': {
      hit: file('/.htpasswd', 'admin:$apr1$x$y\nother:$2y$10$abc\n'),
      ok: [file('/.htpasswd', 'admin: please log in\n'), everywhere('admin:$apr1$x$y\n', 'text/plain')],
    },
    'exposed-dump': {
      hit: [
        file('/backup.sql', '-- MySQL dump 10.13\n'),
        file('/dump.sql', '/*!40101 SET NAMES utf8 */;\nINSERT INTO users VALUES (1);\n'),
        file('/dump.sql', '--\n-- PostgreSQL database dump\n--\n'),
      ],
      ok: [
        file('/dump.sql', 'Set up your account first.\n'),
        file('/backup.sql', 'To INSERT INTO a table, log in.\n'),
        everywhere('-- MySQL dump 10.13\n', 'text/plain'),
      ],
    },
    'exposed-backup': {
      hit: [
        file('/backup.zip', Buffer.from('504b03041400', 'hex'), { 'Content-Type': 'application/zip' }),
        file('/backup.tar.gz', Buffer.from('1f8b0800', 'hex'), { 'Content-Type': 'application/gzip' }),
        file('/wp-config.php.bak', "<?php\ndefine('DB_PASSWORD', 'hunter2secret');\n"),
        file('/index.php~', '<?php echo 1;\n'),
      ],
      ok: [
        file('/backup.zip', '<html>PK', { 'Content-Type': 'text/html' }),
        file('/config.php.bak', '<html><pre>&lt;?php</pre>', { 'Content-Type': 'text/html' }),
        everywhere('<?php echo 1;\n', 'text/plain'),
      ],
    },
    'exposed-actuator': {
      hit: file('/actuator/env', '{"activeProfiles":[],"propertySources":[]}'),
      ok: file('/actuator/env', '{"error":"propertySources are not for you"}'),
    },
    'exposed-npmrc': {
      hit: file('/.npmrc', '//registry.npmjs.org/:_authToken=npm_made_up_value\n'),
      ok: [
        file('/.npmrc', '//registry.npmjs.org/:_authToken=$TOKEN\n'),
        file('/.npmrc', 'registry=https://registry.npmjs.org/\n'),
      ],
    },
    'exposed-aws-credentials': {
      hit: file('/.aws/credentials', `[default]\naws_access_key_id = AKIA${'ABCDEFGH'.repeat(2)}\n`),
      ok: file('/.aws/credentials', '[default]\naws_access_key_id = \n'),
    },
    'exposed-private-key': {
      hit: [
        file('/id_rsa', `-----BEGIN ${'OPENSSH'} PRIVATE KEY-----\n`),
        file('/server.key', `-----BEGIN ${'PRIVATE'} KEY-----\n`),
      ],
      ok: [
        file('/id_rsa', '-----BEGIN PUBLIC KEY-----\n'),
        everywhere(`-----BEGIN ${'PRIVATE'} KEY-----\n`, 'text/plain'),
      ],
    },
    'exposed-compose': {
      hit: file('/docker-compose.yml', 'services:\n  web:\n    image: x\n'),
      ok: file('/docker-compose.yml', 'Our services:\n  image: processing\n'),
    },
    'security-txt-missing': {
      hit: [
        { files: { '/.well-known/security.txt': { status: 404 } } },
        txt('<html>Contact: us</html>', { 'Content-Type': 'text/html' }),
        txt('Nothing here\n'),
      ],
      ok: [
        {
          answer: redirects((path) => (path === '/.well-known/security.txt' ? '/security.txt' : undefined)),
          files: { '/security.txt': { headers: TEXT, body: securityTxt() } },
        },
      ],
    },
    'security-txt-expired': {
      hit: txt('Contact: mailto:a@example.org\nExpires: 2020-01-01T00:00:00Z\n'),
      ok: txt(securityTxt()),
    },
    'security-txt-invalid': {
      hit: [
        txt('Contact: mailto:a@example.org\n'),
        txt('Expires: 2099-01-01T00:00:00Z\n'),
        txt('Contact: a@example.org\nExpires: 2099-01-01T00:00:00Z\n'),
        txt('Contact: mailto:a@example.org\nExpires: next year\n'),
        txt(`${securityTxt()}Expires: 2099-01-01T00:00:00Z\n`),
        txt(securityTxt(), { 'Content-Type': 'application/octet-stream' }),
        txt(`${securityTxt()}Canonical: https://other.example/.well-known/security.txt\n`),
        txt(`${securityTxt()}Preferred-Languages: en\nPreferred-Languages: de\n`),
        { http: true },
      ],
      ok: [
        txt(
          `-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\n# us\r\ncontact: https://example.org/report\r\nContact: tel:+1-201-555-0123\r\nexpires: 2099-12-31t23:59:59+02:00\r\nUnknown: x\r\n`,
        ),
      ],
    },
    'tls-old-protocol': {
      hit: ['TLSv1' as const, 'TLSv1.1' as const].map((version) => ({
        tls: { minVersion: version, maxVersion: 'TLSv1.2', ciphers: 'ALL:@SECLEVEL=0' },
      })),
      ok: { tls: { minVersion: 'TLSv1.2' } },
    },
    'tls-no-13': { hit: { tls: { maxVersion: 'TLSv1.2' } }, ok: { tls: { minVersion: 'TLSv1.3' } } },
    'tls-no-forward-secrecy': {
      hit: [
        { certificate: keys.rsa, tls: { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' } },
        { certificate: keys.rsa, tls: { ciphers: 'TLS_AES_128_GCM_SHA256:AES128-GCM-SHA256' } },
      ],
      ok: { certificate: keys.rsa, tls: { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' } },
    },
    'cert-expired': { hit: { later: 400 * DAY }, ok: { later: 300 * DAY } },
    'cert-expires-soon': { hit: { later: 350 * DAY }, ok: { later: 340 * DAY } },
    'cert-not-yet-valid': { hit: { later: -2 * DAY }, ok: {} },
    'cert-self-signed': { hit: { certificate: keys.selfSigned }, ok: { stranger: true } },
    'cert-untrusted': { hit: { stranger: true }, ok: { certificate: keys.selfSigned } },
    'cert-name-mismatch': { hit: { certificate: keys.wrongName }, ok: {} },
    'cert-weak-key': {
      hit: { certificate: keys.weak, tls: { ciphers: 'DEFAULT:@SECLEVEL=0' } },
      ok: { certificate: keys.rsa },
    },
    'cert-weak-signature': {
      hit: { certificate: keys.sha1, tls: { ciphers: 'DEFAULT:@SECLEVEL=0' } },
      ok: {},
    },
  };
}

describe.skipIf(!hasOpenssl())('every rule of http-check', () => {
  const keys = hasOpenssl() ? moreCertificates(makeCertificates()) : (undefined as never);
  const table = hasOpenssl() ? pairs(keys) : (undefined as never);
  const check = (site: Site, rule = '') =>
    checkSite(
      { http: SAME_OVER_HTTP.test(rule), ...site },
      { certificate: keys.good, ca: [keys.ca, keys.moreCa] },
    );

  test('has a pair of sites, and no pair is left over', () => {
    expect(Object.keys(table).sort()).toEqual(Object.keys(RULES).sort());
    for (const [rule, { hit, ok }] of Object.entries(table))
      expect([rule, [hit].flat().length > 0, [ok].flat().length > 0]).toEqual([rule, true, true]);
  });

  test('says nothing about the site that the others differ from', async () => {
    const { findings, problems, requests } = await check({});
    expect(findings).toEqual([]);
    expect(problems).toEqual([]);
    expect(requests).toBeLessThan(45);
  });

  test.each(Object.keys(RULES) as RuleId[])('%s', async (rule) => {
    for (const [index, site] of [table[rule].hit].flat().entries()) {
      const { rules } = await check(site, rule);
      expect(rules, `hit ${index}`).toContain(rule);
    }
    for (const [index, site] of [table[rule].ok].flat().entries()) {
      const { findings, covered } = await check(site, rule);
      expect(
        findings.filter((one) => one.rule === rule),
        `ok ${index}`,
      ).toEqual([]);
      // Nothing reported because nothing was looked at would prove nothing.
      expect(covered, `ok ${index} is covered`).toContain(rule);
    }
  });
});

/** An RSA key, and a certificate over SHA-1, from an authority of their own. */
function moreCertificates(basic: Certificates): Keys & { moreCa: string } {
  const folder = mkdtempSync(join(tmpdir(), 'sentinelx-certificates-'));
  const openssl = (command: string) =>
    execFileSync('openssl', command.split(' '), { cwd: folder, stdio: 'pipe' });
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const leaf = (name: string, hash: string): KeyPair => {
    openssl(`req -new -newkey rsa:2048 -nodes -keyout ${name}.key -out ${name}.csr -subj /CN=${name}`);
    openssl(
      `x509 -req -${hash} -in ${name}.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 365 -extfile ext -out ${name}.crt`,
    );
    return { key: read(`${name}.key`), cert: read(`${name}.crt`) };
  };
  try {
    writeFileSync(join(folder, 'ext'), 'subjectAltName=DNS:localhost\n');
    openssl('req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 365 -subj /CN=More');
    return { ...basic, rsa: leaf('rsa', 'sha256'), sha1: leaf('sha1', 'sha1'), moreCa: read('ca.crt') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
