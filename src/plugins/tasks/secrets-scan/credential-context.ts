import type { FileFacts } from './file-facts.ts';
import { type Candidate, confidenceOf } from './matcher.ts';
import { isPlaceholder } from './placeholder.ts';
import { RANK, type SecretRule } from './rule.ts';

/**
 * Who and where a leaked secret opens: the user, host, bucket or key id beside it. On its own such a line says little, so it is
 * reported only near a secret, in files that hold settings, with the severity `info`.
 */
export const CREDENTIAL_CONTEXT: SecretRule = {
  id: 'credential-context',
  text: {
    title: 'Account or host beside a leaked secret',
    severity: 'info',
    cwe: [200],
    why: 'Together with the secret beside it, this tells where the secret works and for whom.',
    fix: 'Revoke the secret beside it; then nothing more needs to be done here.',
    revision: 1,
  },
  keywords: [],
  pattern: /(?!)/,
  scope: 'file',
  reach: 0,
  strong: false,
  placeholders: 'template',
  confidence: 'medium',
  rank: 0,
  examples: {
    hit: [{ file: '.env', text: 'DB_HOST=db1.shop.internal\nDB_PASSWORD=[[alnum:14]]' }],
    ok: [{ file: '.env', text: 'DB_HOST=db1.shop.internal\nDB_USER=app' }],
  },
};

const LINES_AROUND = 8;
const MOST_PER_FILE = 40;
const NAME =
  /(?:^|[\s"'<({,._$-]|[a-z](?=[A-Z]))(?:(?:user|User|USER)(?:[_-]?(?:name|NAME|Name|id|Id))?|login|Login|LOGIN|host|Host|HOST|hostname|Hostname|HostName|HOSTNAME|formSubmitURL|server|Server|SERVER|e-?mail|Email|EMAIL|account|ACCOUNT|nick|NICK|bucket|BUCKET|database|Database|DATABASE|db_?name|DB_NAME|dbname|dbuser|dbhost|remote_?[Pp]ath|identity|(?:aws_|AWS_|S3_)?(?:access|ACCESS)_(?:key|KEY)(?:_(?:id|ID))?|(?:client|CLIENT)_(?:key|id|KEY|ID)|[A-Z]+_(?:URL|DB|HOST))\\?["']?\s*(?:[=:>]|=>|,|\s(?=["']))\s*\\?["']?(?<value>[^\s"'<>,;#]{2,200})/;
const EXPRESSION =
  /[()[\]{}$|*?\\]|^[~^<>=]|^(?:true|false|null|none|undefined|string|number|var|let|const|self|this)\b/i;

/** Lines of settings near the secrets, as candidates of their own. */
export function contextOf(secrets: readonly Candidate[], bytes: Buffer, file: FileFacts): Candidate[] {
  if (file.kind === 'docs' || file.test || file.example) return [];
  if (file.kind === 'code' && !file.name.includes('config') && !file.name.includes('settings')) return [];
  const anchors = secrets.filter((secret) => isAnchor(secret));
  const found: Candidate[] = [];
  let done = 0;
  for (const anchor of anchors) {
    for (const line of linesAround(bytes, anchor)) {
      if (line.from < done || found.length >= MOST_PER_FILE) continue;
      done = line.to;
      const candidate = contextLine(bytes, line);
      const isFree = candidate && !secrets.some((secret) => secret.end > line.from && secret.start < line.to);
      if (candidate && isFree) found.push(candidate);
    }
  }
  return found;
}

/** Passwords and keys of a place; a hash in a dump or a PEM file has no account beside it. */
function isAnchor(secret: Candidate): boolean {
  return secret.rule.rank < RANK.token || confidenceOf(secret) !== 'low';
}

function contextLine(bytes: Buffer, line: { from: number; to: number }): Candidate | undefined {
  if (line.to - line.from > 400) return undefined;
  const text = bytes.latin1Slice(line.from, line.to);
  if (/^\s*(?:#|\/\/|<!--|;)/.test(text)) return undefined;
  const match = NAME.exec(text);
  const value = match?.groups?.value?.replace(/\\?["']?[)\]};]*$/, '');
  if (!match || !value || value.length < 2 || EXPRESSION.test(value) || isPlaceholder(value, 'template'))
    return undefined;
  if (/^\d+$/.test(value)) return undefined;
  const start = line.from + match.index + match[0].lastIndexOf(value);
  return { rule: CREDENTIAL_CONTEXT, start, end: start + value.length, value, verdict: {} };
}

function* linesAround(bytes: Buffer, secret: Candidate): Generator<{ from: number; to: number }> {
  let from = secret.start;
  for (let lines = 0; lines <= LINES_AROUND && from > 0; lines++)
    from = Math.max(0, bytes.lastIndexOf(0x0a, from - 1));
  let seen = 0;
  while (from < bytes.length && seen <= LINES_AROUND * 2 + 4) {
    const start = bytes[from] === 0x0a ? from + 1 : from;
    const newline = bytes.indexOf(0x0a, start);
    const to = newline < 0 ? bytes.length : newline;
    yield { from: start, to };
    seen++;
    from = to;
    if (newline < 0) return;
  }
}
