import type { Candidate } from './matcher.ts';

/** `sentinelx:allow`, alone or with rule ids, and the markers of other secret scanners that teams already have in place. */
const HERE =
  /sentinelx:\s*(?:allow|ignore)\b(?:[ \t]+(?<rules>[\w-]+(?:[ \t]*,[ \t]*[\w-]+)*))?|gitleaks:allow|trufflehog:ignore|ggignore|pragma:\s*(?:allow|white)list[ _-]secret|secretlint-disable-line/i;
const NEXT = /pragma:\s*(?:allow|white)list[ _-]next-?line[ _-]secret|secretlint-disable-next-line/i;
const COMMENT_LINE = /^\s*(?:#|\/\/|\/\*|\*|<!--|--|;|%|'|rem\b|\{\{!|\{#)/i;
const LOOK_BEHIND = 1024;

/** The marker that asks not to report this secret, on its line or on a comment line before it. */
export function suppressionOf(secret: Candidate, bytes: Buffer, length: number): string | undefined {
  const lineStart = secret.start === 0 ? 0 : bytes.lastIndexOf(0x0a, secret.start - 1) + 1;
  const newline = bytes.indexOf(0x0a, secret.end);
  const lineEnd = newline < 0 || newline > length ? length : newline;
  const head = bytes.latin1Slice(Math.max(lineStart, secret.start - LOOK_BEHIND), secret.start);
  const tail = bytes.latin1Slice(secret.end, Math.min(lineEnd, secret.end + LOOK_BEHIND));
  const here = fits(HERE.exec(head), secret) ?? fits(HERE.exec(tail), secret);
  if (here || lineStart === 0) return here;
  const aboveStart = lineStart < 2 ? 0 : bytes.lastIndexOf(0x0a, lineStart - 2) + 1;
  const above = bytes.latin1Slice(Math.max(aboveStart, lineStart - LOOK_BEHIND), lineStart - 1);
  if (!COMMENT_LINE.test(above)) return undefined;
  return fits(NEXT.exec(above), secret) ?? fits(HERE.exec(above), secret);
}

/** Words behind the marker that are no ids (`allow until March`) are a remark, so all rules are meant. */
function fits(match: RegExpExecArray | null, { rule }: Candidate): string | undefined {
  if (!match) return undefined;
  const rules = match.groups?.rules?.split(/[ \t]*,[ \t]*/);
  if (!rules?.some((id) => id.includes('-'))) return match[0];
  return rules.includes(rule.id) ? match[0] : undefined;
}
