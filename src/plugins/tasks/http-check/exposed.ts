import { type Hit, type Page, shorten } from './page.ts';
import type { RuleId } from './rules.ts';

export interface ExposedFile {
  path: string;
  rule: RuleId;
  /** What was recognised, without any secret; undefined when the content is something else. */
  recognise(page: Page): string | undefined;
}

const PRIVATE_KEY = /-----BEGIN (?:RSA |EC |DSA |OPENSSH |ENCRYPTED )?PRIVATE KEY-----/;
const SQL_TITLE = /^-- (?:MySQL|MariaDB|PostgreSQL)\b/m;
const SQL_STATEMENT =
  /^(?:(?:CREATE|DROP) TABLE|INSERT INTO|BEGIN TRANSACTION;|SET (?:NAMES|[@\w.]+\s*=)|PRAGMA \w+\s*=)/i;

/** Well-known places, each with a test of what is there: a status of 200 proves nothing. */
export const EXPOSED_FILES: readonly ExposedFile[] = [
  file('/.git/HEAD', 'exposed-git', /^(?:ref: refs\/[\w./-]+|[0-9a-f]{40}(?:[0-9a-f]{24})?)\s*$/),
  file('/.git/config', 'exposed-git', /^\s*\[core\][\s\S]*repositoryformatversion/),
  file('/.svn/wc.db', 'exposed-svn', /^SQLite format 3\0/),
  file('/.svn/entries', 'exposed-svn', /^\d{1,2}\s*\n(?:\s*\n?dir\b|$)/),
  file('/.hg/requires', 'exposed-hg', /^(?:[\w.-]+\n)*(?:revlogv1|store|fncache|share-safe)\n/),
  { path: '/.env', rule: 'exposed-env', recognise: environment },
  { path: '/.env.production', rule: 'exposed-env', recognise: environment },
  file('/.DS_Store', 'exposed-ds-store', /^\0\0\0\u0001Bud1/),
  file('/server-status', 'exposed-server-status', /<title>Apache Status<\/title>|<h1>Apache Server Status/i),
  file('/phpinfo.php', 'exposed-phpinfo', /<title>(?:PHP [\d.]+ - )?phpinfo\(\)<\/title>/i),
  file('/info.php', 'exposed-phpinfo', /<title>(?:PHP [\d.]+ - )?phpinfo\(\)<\/title>/i),
  file('/.htpasswd', 'exposed-htpasswd', /^[^\s:<>{}]{1,64}:(?:\$apr1\$|\$2[aby]\$|\$[56]\$|\{SHA\})/m),
  { path: '/backup.sql', rule: 'exposed-dump', recognise: dump },
  { path: '/dump.sql', rule: 'exposed-dump', recognise: dump },
  { path: '/backup.zip', rule: 'exposed-backup', recognise: bytes([0x50, 0x4b, 0x03, 0x04]) },
  { path: '/backup.tar.gz', rule: 'exposed-backup', recognise: bytes([0x1f, 0x8b, 0x08]) },
  // A server that runs PHP never sends the opening tag.
  file('/wp-config.php.bak', 'exposed-backup', /^\s*<\?php[\s\S]*\bDB_PASSWORD\b/),
  file('/config.php.bak', 'exposed-backup', /^\s*<\?php\s/),
  file('/index.php~', 'exposed-backup', /^\s*<\?php\s/),
  file('/actuator/env', 'exposed-actuator', /^\s*\{[\s\S]*"propertySources"\s*:/),
  file('/.npmrc', 'exposed-npmrc', /^[^\n]*:_(?:authToken|auth|password)\s*=\s*[^\s$]/m),
  file('/.aws/credentials', 'exposed-aws-credentials', /^[ \t]*aws_access_key_id\s*=\s*A[A-Z0-9]{19}/m),
  file('/id_rsa', 'exposed-private-key', PRIVATE_KEY),
  file('/server.key', 'exposed-private-key', PRIVATE_KEY),
  { path: '/docker-compose.yml', rule: 'exposed-compose', recognise: compose },
];

/** `baseline` are answers for names that cannot exist: what is recognised there as well says nothing. */
export function checkExposed(file: ExposedFile, page: Page, baseline: readonly Page[]): Hit[] {
  if (page.response.status !== 200) return [];
  const evidence = file.recognise(page);
  if (
    evidence === undefined ||
    baseline.some((one) => one.response.status === 200 && file.recognise(one) !== undefined)
  )
    return [];
  return [
    {
      rule: file.rule,
      at: { kind: 'http', url: page.url.href },
      key: [file.path],
      evidence: shorten(evidence),
    },
  ];
}

function file(path: string, rule: RuleId, content: RegExp): ExposedFile {
  return {
    path,
    rule,
    recognise: (page) => (content.test(page.text) ? `${path} has the content of such a file` : undefined),
  };
}

/** The first bytes of a format, and not declared to be a page. */
function bytes(magic: readonly number[]): ExposedFile['recognise'] {
  return ({ response, html, url }) =>
    !html && magic.every((byte, index) => response.body[index] === byte)
      ? `${url.pathname} is an archive`
      : undefined;
}

/** A dump starts with the comment of its program, or with a statement after other comments. */
function dump(page: Page): string | undefined {
  if (page.html) return undefined;
  const lines = page.text.split('\n').map((line) => line.trim());
  const code = lines.find((line) => line !== '' && !/^(--|\/\*.*\*\/;?$)/.test(line));
  const comment = lines.find((line) => line !== '' && line !== '--');
  const found = SQL_TITLE.test(comment ?? '') || SQL_STATEMENT.test(code ?? '');
  return found ? `${page.url.pathname} has the content of such a file` : undefined;
}

/** Two tests instead of one that spans lines: that one takes quadratic time on hostile white space. */
function compose(page: Page): string | undefined {
  const found = /^services:/m.test(page.text) && /^[ \t]{1,8}(?:image|build):/m.test(page.text);
  return found ? `${page.url.pathname} has the content of such a file` : undefined;
}

/** Only names are shown: the values are what must not spread. */
function environment(page: Page): string | undefined {
  if (page.html) return undefined;
  const lines = page.text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const names = lines.map((line) => /^(?:export )?([A-Z][A-Z0-9_]*)\s*=/.exec(line)?.[1]);
  const known = names.filter((name) => name !== undefined);
  if (known.length === 0 || known.length < lines.length * 0.6) return undefined;
  return `${page.url.pathname} sets ${known.slice(0, 8).join(', ')}`;
}
