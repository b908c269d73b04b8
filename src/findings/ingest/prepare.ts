import { hash } from 'node:crypto';
import { newId } from '../../lib/ids.ts';
import { visibleText } from '../../lib/visible-text.ts';
import type { Reference } from '../../model/finding.ts';
import type { Location } from '../../model/location.ts';
import type { RuleText } from '../../model/rule.ts';
import type { Severity } from '../../model/severity.ts';
import type { FindingEvent } from '../../plugin/task.ts';
import { type Fingerprints, fingerprintsOf } from '../identity.ts';
import { ruleOf } from '../rule-book.ts';
import type { IngestScope } from './scope.ts';

/** A reported finding as it will be stored: masked, visible, with its fingerprints. */
export interface Prepared {
  /** Its own when it is new, else that of the finding which it is. */
  id: string;
  event: FindingEvent<string>;
  tool: string;
  rule: RuleText;
  severity: Severity;
  title: string;
  at: Location;
  location: string;
  message: string;
  prints: Fingerprints;
  about: readonly Reference[];
  detail: string;
  /** Hash of all that a scan can change: equal means that there is nothing to write. */
  content: string;
}

export function prepare(event: FindingEvent<string>, scope: IngestScope): Prepared {
  const tool = event.tool ?? scope.task;
  const rule = ruleOf(scope.rules, tool, event.rule);
  if (!rule) throw new Error(`The task reported the unknown rule ${event.rule} of ${tool}.`);
  const clean = (text: string) => visibleText(scope.masker.mask(text));
  const cleanAll = <T>(value: T): T => mapTexts(value, clean) as T;
  const about = cleanAll(event.about ?? []);
  const severity = event.severity ?? rule.severity;
  const at = cleanAll(event.at);
  const location = JSON.stringify(at);
  const message = clean(event.message ?? rule.title);
  const detail = JSON.stringify({
    evidence: event.evidence === undefined ? null : clean(event.evidence),
    excerpt: cleanAll(event.excerpt ?? null),
    flow: cleanAll(event.flow ?? []),
    about,
    related: cleanAll(event.related ?? []),
  });
  const words = [rule.title, message, severity, event.confidence ?? '', rule.revision ?? 1, location, detail];
  return {
    id: newId('fnd'),
    event,
    tool,
    rule,
    severity,
    title: rule.title,
    at,
    location,
    message,
    prints: fingerprintsOf(scope.key, {
      project: scope.project,
      asset: scope.asset,
      task: tool,
      rule: event.rule,
      at: event.at,
      key: event.key,
    }),
    about,
    detail,
    content: hash('sha256', words.join('\0'), 'base64url').slice(0, 16),
  };
}

/** Text by text: an escape inside of finished JSON would no longer be JSON. What does not change is not copied. */
function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const parts = value.map((part) => mapTexts(part, change));
    return parts.some((part, index) => part !== value[index]) ? parts : value;
  }
  const fields = Object.entries(value);
  const changed = fields.map(([name, part]): [string, unknown] => [name, mapTexts(part, change)]);
  return changed.some(([, part], index) => part !== fields[index]?.[1]) ? Object.fromEntries(changed) : value;
}
