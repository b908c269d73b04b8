import type { Reference } from '../../model/finding.ts';
import type { RuleText } from '../../model/rule.ts';
import type { Confidence, Severity } from '../../model/severity.ts';
import { severityOfScore, severityOfWord } from '../severity-words.ts';
import { inTable } from '../shared/severity.ts';
import type { Component, RunInfo } from './run-info.ts';
import type { Message, Result, Rule, RuleReference } from './schema.ts';

const MAX_TAGS = 20;
export const LEVELS: Record<string, Severity> = {
  error: 'high',
  warning: 'medium',
  note: 'low',
  none: 'info',
};
const CWE = /\bCWE[-_:/ ]?(?:cwe-)?0*(\d{1,5})\b/gi;
const VULNERABILITY = /\b(?:(CVE-\d{4}-\d{4,})|(GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}))\b/gi;

/** The rule of a result: by reference, by index, by id; its text is absent when the report has none. */
export function ruleOf(run: RunInfo, result: Result): { id: string; rule: Rule | undefined } {
  const reference: RuleReference = {
    ...result.rule,
    id: result.rule?.id ?? result.ruleId,
    index: result.rule?.index ?? result.ruleIndex,
  };
  const owner = componentOf(run, reference);
  const indexed =
    reference.index === undefined || reference.index < 0 ? undefined : owner.rules[reference.index];
  // A wrong index must not give a finding the words of another rule.
  const fits = indexed && (reference.id === undefined || sameRule(indexed.id, reference.id));
  const rule = fits ? indexed : reference.id === undefined ? undefined : byId(run, owner, reference.id);
  return { id: reference.id ?? rule?.id ?? 'unnamed', rule };
}

function componentOf(run: RunInfo, { toolComponent }: RuleReference): Component {
  if (!toolComponent) return run.driver;
  const { index, name, guid } = toolComponent;
  return (
    (index === undefined ? undefined : run.extensions[index]) ??
    run.extensions.find(
      (one) => (guid !== undefined && one?.guid === guid) || (name !== undefined && one?.name === name),
    ) ??
    run.driver
  );
}

/** `CA1000/1` is a part of the rule CA1000 (3.52.4 of the standard). */
function sameRule(rule: string, id: string): boolean {
  return id === rule || id.startsWith(`${rule}/`);
}

function byId(run: RunInfo, owner: Component, id: string): Rule | undefined {
  for (let name = id; name !== ''; name = name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : '')
    for (const one of [owner, run.driver, ...run.extensions]) {
      const rule = one?.byId.get(name);
      if (rule) return rule;
    }
  return undefined;
}

export function ruleText(id: string, rule: Rule | undefined): RuleText {
  const short = rule?.shortDescription?.text ?? rule?.shortDescription?.markdown;
  const full = rule?.fullDescription?.text ?? rule?.fullDescription?.markdown;
  const help = rule?.help?.markdown ?? rule?.help?.text;
  const cwe = cweOf(rule, undefined);
  const tags = tagsOf(rule)
    .filter((tag) => !/cwe[-/]/i.test(tag))
    .slice(0, MAX_TAGS);
  return {
    title: firstLine(short ?? full) ?? nameOf(rule?.name) ?? id,
    severity: severityOf({ level: undefined, properties: undefined }, rule).severity,
    why: full ?? short ?? '',
    fix: help ?? '',
    ...(cwe.length > 0 ? { cwe } : {}),
    ...(tags.length > 0 ? { tags } : {}),
    ...(rule?.helpUri ? { references: [rule.helpUri] } : {}),
    ...(rule?.deprecatedIds && rule.deprecatedIds.length > 0 ? { replaces: rule.deprecatedIds } : {}),
  };
}

/**
 * `security-severity` (a CVSS score) says most, then a word of the tool, then the level (3.27.10: `warning` when there is
 * none). `odd` is a score that is none.
 */
export function severityOf(
  result: Pick<Result, 'level' | 'properties'>,
  rule: Rule | undefined,
): { severity: Severity; odd?: string } {
  const score = result.properties?.['security-severity'] ?? rule?.properties?.['security-severity'];
  const scored = score === undefined || score === '' ? undefined : severityOfScore(Number(score));
  if (scored) return { severity: scored };
  const odd = score === undefined || score === '' ? {} : { odd: String(score) };
  for (const bag of [result.properties, rule?.properties])
    for (const name of ['severity', 'issue_severity', 'Severity', 'problem.severity']) {
      const word = bag?.[name];
      const severity = typeof word === 'string' ? severityOfWord(word) : undefined;
      if (severity) return { severity, ...odd };
    }
  const level = result.level ?? rule?.defaultConfiguration?.level ?? 'warning';
  return { severity: inTable(LEVELS, level) ?? severityOfWord(level) ?? 'medium', ...odd };
}

export function confidenceOf(result: Result, rule: Rule | undefined): Confidence | undefined {
  if (result.kind === 'review' || result.kind === 'open') return 'low';
  for (const bag of [result.properties, rule?.properties])
    for (const name of ['precision', 'confidence', 'issue_confidence']) {
      const word = bag?.[name];
      if (typeof word !== 'string') continue;
      const plain = word.toLowerCase();
      if (plain === 'very-high' || plain === 'high' || plain === 'certain') return 'high';
      if (plain === 'medium' || plain === 'firm') return 'medium';
      if (plain === 'low' || plain === 'tentative') return 'low';
    }
  return undefined;
}

export function messageOf(message: Message, rule: Rule | undefined): string | undefined {
  const template =
    message.text ??
    (message.id === undefined ? undefined : rule?.messageStrings?.[message.id]?.text) ??
    message.markdown;
  if (template === undefined || template === '') return undefined;
  const values = message.arguments ?? [];
  return (
    template
      .replace(/\{(\d{1,3})\}/g, (all, index: string) => values[Number(index)] ?? all)
      // `[words](1)` links to a related location, `[words](address)` to a page: the words stay.
      .replace(/\[([^\][]{1,500})\]\((?:\d+|https?:[^()\s]{1,2000})\)/g, '$1')
  );
}

/** Numbers of weaknesses that the rule or the result names. */
export function cweOf(rule: Rule | undefined, result: Result | undefined): number[] {
  const found = new Set<number>();
  const add = (text: unknown) => {
    if (typeof text === 'string') for (const [, id] of text.matchAll(CWE)) found.add(Number(id));
    else if (typeof text === 'number' && Number.isInteger(text) && text > 0) found.add(text);
    else if (Array.isArray(text)) text.slice(0, 50).forEach(add);
  };
  for (const tag of tagsOf(rule)) add(tag);
  for (const bag of [rule?.properties, result?.properties]) {
    add(bag?.cwe);
    add(bag?.CWE);
    add(bag?.cwes);
  }
  const taxa = [...(rule?.relationships ?? []).map((one) => one.target), ...(result?.taxa ?? [])];
  for (const taxon of taxa)
    if (taxon?.id !== undefined)
      if (/^cwe$/i.test(taxon.toolComponent?.name ?? '')) add(`CWE-${taxon.id.replace(/^CWE-/i, '')}`);
      else add(taxon.id);
  return [...found].sort((a, b) => a - b);
}

/** Advisories and packages that the result speaks of. */
export function aboutOf(id: string, rule: Rule | undefined, result: Result): Reference[] {
  const found = new Map<string, Reference>();
  const add = (kind: Reference['kind'], value: string) => found.set(`${kind} ${value}`, { kind, value });
  for (const text of [id, ...tagsOf(rule)])
    for (const [, cve, ghsa] of text.matchAll(VULNERABILITY)) {
      if (cve) add('cve', cve.toUpperCase());
      if (ghsa) add('ghsa', `GHSA${ghsa.slice(4).toLowerCase()}`);
    }
  for (const bag of [result.properties, rule?.properties])
    for (const name of ['purl', 'purls']) {
      const value = bag?.[name];
      for (const purl of Array.isArray(value) ? value.slice(0, 20) : [value])
        if (typeof purl === 'string' && /^pkg:[a-z]/i.test(purl)) add('purl', purl);
    }
  for (const cwe of cweOf(undefined, result)) add('cwe', String(cwe));
  return [...found.values()];
}

function tagsOf(rule: Rule | undefined): string[] {
  const tags = rule?.properties?.tags;
  return Array.isArray(tags)
    ? tags.filter((tag): tag is string => typeof tag === 'string').slice(0, 100)
    : [];
}

function firstLine(text: string | undefined): string | undefined {
  const line = text?.trim().split(/\r?\n/, 1)[0]?.trim();
  return line ? line.slice(0, 300) : undefined;
}

/** `py/sql-injection` stays, `SqlInjectionCheck` gets spaces. */
function nameOf(name: string | undefined): string | undefined {
  if (!name) return undefined;
  return /^[A-Z][a-z]+(?:[A-Z][a-z]+)+$/.test(name)
    ? name
        .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
        .replace(/ ([A-Z])(?=[a-z])/g, (_all, letter: string) => ` ${letter.toLowerCase()}`)
    : name;
}
