import { visibleText } from '../../lib/visible-text.ts';
import type { Reference } from '../../model/finding.ts';
import type { Location } from '../../model/location.ts';
import { type Confidence, SEVERITIES, type Severity } from '../../model/severity.ts';

/** What an old result says about one finding; null where it says nothing. */
export interface OldFinding {
  title: string;
  message: string;
  severity: Severity;
  /** The file's own word, when it is none of ours. */
  unknownSeverity: string | null;
  confidence: Confidence;
  rule: string | null;
  location: Location;
  evidence: string | null;
  fix: string | null;
  about: Reference[];
  references: string[];
  time: number | null;
}

type Item = Record<string, unknown>;

const WORDS: Record<string, Severity> = {
  critical: 'critical',
  severe: 'critical',
  blocker: 'critical',
  high: 'high',
  error: 'high',
  major: 'high',
  medium: 'medium',
  moderate: 'medium',
  warning: 'medium',
  warn: 'medium',
  low: 'low',
  minor: 'low',
  note: 'low',
  info: 'info',
  informational: 'info',
  information: 'info',
  none: 'info',
  debug: 'info',
};

const TITLE = [
  'title',
  'name',
  'type',
  'vulnerability',
  'issue',
  'check_name',
  'check',
  'rule',
  'id',
  'cve',
  'cve_id',
];
const MESSAGE = ['message', 'description', 'details', 'detail', 'summary', 'text', 'reason'];
const SEVERITY = ['severity', 'risk', 'level', 'priority', 'impact', 'risk_level', 'threat_level'];
const RULE = ['rule_id', 'rule', 'check_id', 'id', 'type', 'code', 'test_id', 'signature'];
const FILE = ['file', 'file_path', 'filepath', 'path', 'filename', 'location', 'source_file'];
const LINE = ['line', 'line_number', 'lineno', 'start_line'];
const URL_NAMES = ['url', 'uri', 'endpoint', 'target_url'];
const HOST = ['host', 'hostname', 'ip', 'ip_address', 'target', 'domain', 'address'];
const EVIDENCE = ['evidence', 'snippet', 'code', 'code_snippet', 'match', 'proof', 'payload', 'value'];
const FIX = ['recommendation', 'remediation', 'fix', 'solution', 'mitigation', 'advice'];
const TIME = ['timestamp', 'time', 'detected_at', 'found_at', 'date', 'created_at'];
const MOST_TEXT = 20_000;

/** An object that says what is wrong and how bad it is, or where. */
export function looksLikeFinding(item: Item): boolean {
  const named = first(item, TITLE) ?? first(item, MESSAGE);
  if (named === null) return false;
  return (
    first(item, SEVERITY) !== null ||
    first(item, [...FILE, ...URL_NAMES, ...LINE, 'cwe', 'cve', 'cve_id', 'cvss', 'cvss_score']) !== null
  );
}

export function readOldFinding(item: Item): OldFinding {
  const message = first(item, MESSAGE) ?? '';
  const title = first(item, TITLE) ?? message.split('\n')[0] ?? '';
  const { severity, unknown } = severityOf(item);
  return {
    title: title.slice(0, 300),
    message,
    severity,
    unknownSeverity: unknown,
    confidence: confidenceOf(item),
    rule: first(item, RULE),
    location: locationOf(item),
    evidence: first(item, EVIDENCE),
    fix: first(item, FIX),
    about: aboutOf(item),
    references: listOf(item.references ?? item.links ?? item.urls).filter((text) => URL.canParse(text)),
    time: timeOf(first(item, TIME)),
  };
}

/** The first of these names that holds text or a number. */
export function first(item: Item, names: readonly string[]): string | null {
  for (const name of names) {
    const value = item[name];
    if (typeof value === 'string' && value.trim() !== '')
      return visibleText(value.trim()).slice(0, MOST_TEXT);
    if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  }
  return null;
}

function severityOf(item: Item): { severity: Severity; unknown: string | null } {
  const word = first(item, SEVERITY);
  if (word !== null) {
    const plain =
      word
        .toLowerCase()
        .replace(/^(severity|risk)[ ._:-]+/, '')
        .split(/[\s.]+/)
        .at(-1) ?? '';
    const known = SEVERITIES.find((one) => one === plain) ?? WORDS[plain];
    if (known) return { severity: known, unknown: null };
    const number = Number(word);
    if (Number.isFinite(number) && number >= 0 && number <= 10)
      return { severity: ofScore(number), unknown: null };
  }
  const score = Number(first(item, ['cvss_score', 'cvss', 'score', 'risk_score']) ?? Number.NaN);
  if (score >= 0 && score <= 10) return { severity: ofScore(score), unknown: null };
  return { severity: 'info', unknown: word };
}

/** CVSS 3.1 and 4.0, qualitative scale. */
function ofScore(score: number): Severity {
  return score >= 9 ? 'critical' : score >= 7 ? 'high' : score >= 4 ? 'medium' : score > 0 ? 'low' : 'info';
}

function confidenceOf(item: Item): Confidence {
  const word = first(item, ['confidence', 'certainty'])?.toLowerCase() ?? '';
  if (word === 'high' || word === 'medium' || word === 'low') return word;
  const number = Number(word || Number.NaN);
  if (Number.isNaN(number)) return 'medium';
  const part = number > 1 ? number / 100 : number;
  return part >= 0.8 ? 'high' : part >= 0.5 ? 'medium' : 'low';
}

function locationOf(item: Item): Location {
  const inside = item.location;
  if (typeof inside === 'object' && inside !== null && !Array.isArray(inside))
    return locationOf({ ...item, location: undefined, ...(inside as Item) });
  const url = first(item, URL_NAMES);
  const param = first(item, ['parameter', 'param']);
  const method = first(item, ['method', 'http_method']);
  if (url !== null && URL.canParse(url))
    return { kind: 'http', url, ...(method ? { method } : {}), ...(param ? { param } : {}) };
  const purl = first(item, ['purl']);
  if (purl !== null) return { kind: 'package', purl };
  const name = first(item, ['package', 'package_name', 'dependency', 'component']);
  if (name !== null) {
    const version = first(item, ['version', 'installed_version', 'package_version']);
    return {
      kind: 'package',
      purl: `pkg:generic/${encodeURIComponent(name)}${version === null ? '' : `@${encodeURIComponent(version)}`}`,
    };
  }
  const file = first(item, FILE);
  if (file !== null) {
    const [, path = file, behind] = /^(.*?):(\d+)(?::\d+)?$/.exec(file) ?? [];
    const line = Number(first(item, LINE) ?? behind ?? 0);
    const place = URL.canParse(path) && /^https?:/.test(path) ? null : path;
    if (place === null) return { kind: 'http', url: path };
    return {
      kind: 'file',
      path: place,
      ...(Number.isInteger(line) && line > 0 ? { region: { startLine: line } } : {}),
    };
  }
  const host = first(item, HOST);
  const port = Number(first(item, ['port']) ?? Number.NaN);
  return {
    kind: 'host',
    name: host ?? 'not said',
    ...(Number.isInteger(port) && port > 0 && port < 65_536 ? { port } : {}),
  };
}

function aboutOf(item: Item): Reference[] {
  const texts = ['cve', 'cve_id', 'cves', 'cwe', 'cwe_id', 'ghsa', 'id', 'references', 'type']
    .flatMap((name) => listOf(item[name]))
    .join(' ');
  const found = (pattern: RegExp, kind: Reference['kind'], spell: (text: string) => string) =>
    [...new Set([...texts.matchAll(pattern)].map(([text]) => spell(text)))].map((value) => ({ kind, value }));
  const number = first(item, ['cwe', 'cwe_id']);
  return [
    ...found(/\bCVE-\d{4}-\d{4,}\b/gi, 'cve', (text) => text.toUpperCase()),
    ...found(/\bGHSA(-[a-z0-9]{4}){3}\b/gi, 'ghsa', (text) => `GHSA${text.slice(4).toLowerCase()}`),
    ...found(/\bCWE[-_ ]?\d+\b/gi, 'cwe', (text) => `CWE-${/\d+/.exec(text)?.[0]}`),
    ...(number !== null && /^\d+$/.test(number) ? [{ kind: 'cwe' as const, value: `CWE-${number}` }] : []),
  ];
}

function listOf(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.flatMap((one) =>
    typeof one === 'string' ? [visibleText(one)] : typeof one === 'number' ? [String(one)] : [],
  );
}

/** ISO 8601, or seconds or milliseconds since 1970. */
function timeOf(text: string | null): number | null {
  if (text === null) return null;
  const number = Number(text);
  const time = Number.isFinite(number) ? (number > 1e11 ? number : number * 1000) : Date.parse(text);
  return Number.isFinite(time) && time > 0 && time < 8.64e15 ? Math.round(time) : null;
}
