import { hash } from 'node:crypto';
import { newId } from '../../lib/ids.ts';
import { visibleText } from '../../lib/visible-text.ts';
import type { Reference } from '../../model/finding.ts';
import type { Location } from '../../model/location.ts';
import type { RuleText } from '../../model/rule.ts';
import type { Severity } from '../../model/severity.ts';
import type { FindingEvent } from '../../plugin/task.ts';
import { type IdentityInput, identityOf, type Print } from '../identity.ts';
import { ruleOf } from '../rule-book.ts';
import type { IngestScope } from './scope.ts';

/** A reported finding as it will be stored: masked, visible, with the fingerprint that almost every known one is found by. */
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
  /** What its other fingerprints are made of, when they are needed. */
  input: IdentityInput;
  moved: Print;
  /** `alias` and `weakness`: what other tools may have in common with it. Made when it is needed, and once. */
  shared(): readonly Print[];
  about: readonly Reference[];
  detail: string;
  /** Hash of all that a scan can change: equal means that there is nothing to write. */
  content: string;
}

/** Needs no database: done before the transaction, so that nobody waits for it. */
export function prepareFindings(scope: IngestScope, batch: readonly FindingEvent<string>[]): Prepared[] {
  for (const finding of batch) if (finding.secrets) scope.masker.add(finding.secrets);
  return batch.map((event) => prepare(event, scope));
}

function prepare(event: FindingEvent<string>, scope: IngestScope): Prepared {
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
  const { project, asset } = scope;
  const input = { project, asset, task: tool, rule: event.rule, at: event.at, key: event.key };
  const words = [event.rule, rule.title, message, severity, event.confidence ?? '', rule.revision ?? 1];
  const prints = event.toolPrints ? JSON.stringify(event.toolPrints) : '';
  const identity = identityOf(scope.key);
  let shared: readonly Print[] | undefined;
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
    input,
    moved: identity.moved(input),
    shared() {
      shared ??= [...identity.aliases(input, about), ...identity.weaknesses(input, rule.cwe ?? [])];
      return shared;
    },
    about,
    detail,
    content: hash('sha256', `${words.join('\0')}\0${location}${detail}${prints}`, 'hex').slice(0, 20),
  };
}

/** Text by text: an escape inside of finished JSON would no longer be JSON. What does not change is not copied. */
function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    let parts: unknown[] | undefined;
    for (let index = 0; index < value.length; index++) {
      const changed = mapTexts(value[index], change);
      if (changed !== value[index]) {
        parts ??= [...value];
        parts[index] = changed;
      }
    }
    return parts ?? value;
  }
  let copy: Record<string, unknown> | undefined;
  for (const [name, part] of Object.entries(value)) {
    const changed = mapTexts(part, change);
    if (changed === part) continue;
    copy ??= { ...value };
    copy[name] = changed;
  }
  return copy ?? value;
}
