import { visibleText } from '../lib/visible-text.ts';
import { Location } from '../model/location.ts';
import type { RuleText } from '../model/rule.ts';
import type { ImportedFinding } from './importer.ts';

/** What a reader reads at most; a longer text is cut and says so. */
const LIMITS = { id: 500, title: 500, message: 10_000, evidence: 32_000, rule: 64_000, note: 2_000 };
const MAX_ITEMS = 200;

/** The finding with texts of a bearable length, with one kind of line ends and nothing that deceives a reader; undefined when its place is none. */
export function tidyFinding(finding: ImportedFinding): ImportedFinding | undefined {
  const at = Location.safeParse(finding.at).data;
  if (!at) return undefined;
  const { message, evidence, excerpt, flow, about, related } = finding;
  return {
    ...finding,
    at,
    ...(message === undefined ? {} : { message: cut(message, LIMITS.message) }),
    ...(evidence === undefined ? {} : { evidence: cut(evidence, LIMITS.evidence) }),
    ...(excerpt
      ? {
          excerpt: {
            ...excerpt,
            lines: excerpt.lines.slice(0, MAX_ITEMS).map((line) => cut(line, LIMITS.note)),
          },
        }
      : {}),
    ...(flow
      ? { flow: flow.slice(0, MAX_ITEMS).map((step) => ({ ...step, note: cut(step.note, LIMITS.note) })) }
      : {}),
    ...(about ? { about: about.slice(0, MAX_ITEMS) } : {}),
    ...(related ? { related: related.slice(0, MAX_ITEMS) } : {}),
  };
}

export function tidyId(id: string): string {
  return cut(id.replace(/\s+/g, ' ').trim(), LIMITS.id) || 'unnamed';
}

export function tidyRule(text: RuleText): RuleText {
  return {
    ...text,
    title: cut(text.title.replace(/\s+/g, ' ').trim(), LIMITS.title),
    why: cut(text.why, LIMITS.rule),
    fix: cut(text.fix, LIMITS.rule),
    ...(text.tags ? { tags: text.tags.slice(0, MAX_ITEMS).map((tag) => cut(tag, LIMITS.id)) } : {}),
    ...(text.references
      ? { references: text.references.slice(0, MAX_ITEMS).map((link) => cut(link, LIMITS.note)) }
      : {}),
  };
}

function cut(text: string, length: number): string {
  const lines = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  if (lines.length <= length) return visibleText(lines);
  return `${visibleText(lines.slice(0, length))}… (${lines.length - length} more characters)`;
}
