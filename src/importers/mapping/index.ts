import type { Location } from '../../model/location.ts';
import type { Severity } from '../../model/severity.ts';
import type { ImportContext, ImportEvent, ImportedFinding, JsonElement, Report } from '../importer.ts';
import { plainPath } from '../paths.ts';
import { severityOfScore, severityOfWord } from '../severity-words.ts';
import { sourcePath } from '../shared/place.ts';
import type { Mapping } from './mapping.ts';
import { listOf, numberOf, type Read, readerOf, textOf } from './values.ts';

/** Any CSV or JSON report, by a mapping that says where things stand in it. */
export async function* readMapped(
  report: Report,
  mapping: Mapping,
  context: ImportContext,
): AsyncGenerator<ImportEvent> {
  for await (const { at, value } of elements(report, mapping)) {
    context.signal.throwIfAborted();
    yield* eventsOf(at, { read: readerOf(value), mapping, context });
  }
  if (mapping.complete) yield { type: 'covered', at: { kind: 'everything' }, tool: mapping.tool };
}

async function* elements(report: Report, mapping: Mapping): AsyncGenerator<{ at: string; value: unknown }> {
  if (mapping.format === 'csv') {
    const options = mapping.delimiter === undefined ? {} : { delimiter: mapping.delimiter };
    for await (const { line, row } of report.csv(options)) yield { at: `line ${line}`, value: row };
    return;
  }
  const found: AsyncIterable<JsonElement> =
    mapping.format === 'json' ? report.json(mapping.elements) : report.jsonLines();
  for await (const { path, value } of found)
    yield { at: mapping.format === 'json' ? path.join('.') : `line ${path[0]}`, value };
}

function* eventsOf(
  at: string,
  { read, mapping, context }: { read: Read; mapping: Mapping; context: ImportContext },
): Generator<ImportEvent> {
  const { fields } = mapping;
  const text = (source: string | undefined) => textOf(source === undefined ? undefined : read(source));
  const status = text(fields.status);
  const reason = status === undefined ? undefined : lookUp(mapping.skip, status);
  if (reason !== undefined) {
    yield { type: 'skipped', at, reason };
    return;
  }
  const rule = text(fields.rule);
  if (rule === undefined) {
    context.problem(at, `It has no value at ${fields.rule}, which names the rule: it is left out.`);
    return;
  }
  const place = placeOf(fields, text);
  if (place === undefined) {
    context.problem(at, 'It has no value at any of the fields that say where: it is left out.');
    return;
  }
  const said = text(fields.severity);
  const severity = said === undefined ? undefined : severityOf(said, mapping);
  if (said !== undefined && severity === undefined)
    context.odd(
      at,
      `The severity '${said.slice(0, 40)}' is unknown: ${mapping.defaultSeverity} is taken. Name it under 'severities'.`,
    );
  for (const name of ['line', 'column', 'endLine', 'port'] as const) {
    const number = text(fields[name]);
    if (number !== undefined && numberOf(number) === undefined)
      context.odd(at, `The ${name} '${number.slice(0, 40)}' is no whole number: it is left out.`);
  }
  yield findingOf({ rule, place, severity, mapping, read, text });
}

function findingOf({
  rule,
  place,
  severity,
  mapping,
  read,
  text,
}: {
  rule: string;
  place: Location;
  severity: Severity | undefined;
  mapping: Mapping;
  read: Read;
  text(source: string | undefined): string | undefined;
}): ImportedFinding {
  const { fields, tool, defaultSeverity } = mapping;
  const message = text(fields.message);
  const evidence = text(fields.evidence);
  const id = text(fields.id);
  const confidence = confidenceOf(text(fields.confidence));
  const cwe = fields.cwe === undefined ? [] : numbersIn(read(fields.cwe), /(?:CWE[-_ ]?)?0*(\d{1,5})/gi);
  const about = fields.cve === undefined ? [] : advisoriesIn(read(fields.cve));
  if (place.kind === 'package') about.push({ kind: 'purl', value: place.purl });
  return {
    type: 'finding',
    tool,
    rule,
    ruleText: {
      title: text(fields.title) ?? rule,
      severity: severity ?? defaultSeverity,
      why: text(fields.why) ?? '',
      fix: text(fields.fix) ?? '',
      ...(cwe.length > 0 ? { cwe } : {}),
      ...(fields.reference ? { references: listOf(read(fields.reference)).slice(0, 20) } : {}),
    },
    at: place,
    severity: severity ?? defaultSeverity,
    key: [text(fields.key) ?? (message ?? '').replace(/\d+/g, '#')],
    ...(message === undefined ? {} : { message }),
    ...(evidence === undefined ? {} : { evidence }),
    ...(confidence ? { confidence } : {}),
    ...(about.length > 0 ? { about } : {}),
    ...(id === undefined ? {} : { toolPrints: [{ name: 'id', value: `${rule}|${id}` }] }),
  };
}

function placeOf(
  fields: Mapping['fields'],
  text: (source: string | undefined) => string | undefined,
): Location | undefined {
  const path = text(fields.path);
  const purl = purlOf(fields, text);
  if (purl !== undefined) {
    const manifest = path === undefined || plainPath(path) === '' ? '' : sourcePath(path);
    return { kind: 'package', purl, ...(manifest ? { manifest } : {}) };
  }
  const url = text(fields.url);
  if (url !== undefined) {
    const method = text(fields.method);
    const param = text(fields.param);
    return {
      kind: 'http',
      url,
      ...(method ? { method: method.toUpperCase() } : {}),
      ...(param ? { param } : {}),
    };
  }
  const name = text(fields.host);
  if (name !== undefined) {
    const port = numberOf(text(fields.port));
    const protocol = text(fields.protocol);
    return { kind: 'host', name, ...(port === undefined ? {} : { port }), ...(protocol ? { protocol } : {}) };
  }
  const address = text(fields.resource);
  const file = path === undefined || plainPath(path) === '' ? '' : sourcePath(path);
  const region = regionOf(fields, text);
  if (address !== undefined)
    return { kind: 'resource', address, ...(file ? { file } : {}), ...(file && region ? { region } : {}) };
  return file ? { kind: 'file', path: file, ...(region ? { region } : {}) } : undefined;
}

function purlOf(
  fields: Mapping['fields'],
  text: (source: string | undefined) => string | undefined,
): string | undefined {
  const purl = text(fields.purl);
  if (purl !== undefined) return purl;
  const name = text(fields.package);
  if (name === undefined) return undefined;
  const version = text(fields.version);
  const type = (text(fields.ecosystem) ?? 'generic').toLowerCase().replace(/[^a-z0-9.+-]/g, '');
  const path = name.split('/').map(encodeURIComponent).join('/');
  return `pkg:${type || 'generic'}/${path}${version === undefined ? '' : `@${encodeURIComponent(version)}`}`;
}

function regionOf(fields: Mapping['fields'], text: (source: string | undefined) => string | undefined) {
  const startLine = numberOf(text(fields.line));
  if (startLine === undefined || startLine < 1) return undefined;
  const startColumn = numberOf(text(fields.column));
  const endLine = numberOf(text(fields.endLine));
  return {
    startLine,
    ...(startColumn !== undefined && startColumn >= 1 ? { startColumn } : {}),
    ...(endLine !== undefined && endLine >= startLine ? { endLine } : {}),
  };
}

function severityOf(said: string, { severities }: Mapping): Severity | undefined {
  const score = /^\d{1,2}(?:\.\d+)?$/.test(said.trim()) ? severityOfScore(Number(said)) : undefined;
  return lookUp(severities, said) ?? severityOfWord(said) ?? score;
}

function confidenceOf(said: string | undefined) {
  const plain = said?.trim().toLowerCase();
  return plain === 'high' || plain === 'medium' || plain === 'low' ? plain : undefined;
}

function lookUp<T>(table: Readonly<Record<string, T>>, said: string): T | undefined {
  const wanted = said.trim().toLowerCase();
  return Object.entries(table).find(([name]) => name.trim().toLowerCase() === wanted)?.[1];
}

function numbersIn(value: unknown, pattern: RegExp): number[] {
  const found = listOf(value).flatMap((one) => [...one.matchAll(pattern)].map((match) => Number(match[1])));
  return [...new Set(found)].filter((number) => number > 0).slice(0, 20);
}

function advisoriesIn(value: unknown): { kind: 'cve' | 'ghsa' | 'purl'; value: string }[] {
  const text = listOf(value).join(' ');
  const cves = [...text.matchAll(/\bCVE-\d{4}-\d{4,}\b/gi)].map(([id]) => ({
    kind: 'cve' as const,
    value: id.toUpperCase(),
  }));
  const ghsas = [...text.matchAll(/\bGHSA(?:-[a-z0-9]{4}){3}\b/gi)].map(([id]) => ({
    kind: 'ghsa' as const,
    value: `GHSA${id.slice(4).toLowerCase()}`,
  }));
  return [...cves, ...ghsas].slice(0, 50);
}
