import type { Reference } from '../../model/finding.ts';
import type { RuleText } from '../../model/rule.ts';
import type { Severity } from '../../model/severity.ts';
import type { ImportContext, ImportEvent, Importer, JsonElement, Report } from '../importer.ts';
import { decoded } from '../paths.ts';
import { severityOfScore, severityOfWord } from '../severity-words.ts';
import { componentFromXml, vulnerabilityFromXml } from './from-xml.ts';
import { Component, STATES, Vulnerability } from './schema.ts';
import { advisoriesOf, changeOf } from './statement.ts';

const MAX_COMPONENTS = 500_000;
const MAX_DEPTH = 20;

const vex: Importer = {
  id: 'cyclonedx-vex',
  title: 'CycloneDX VEX',
  summary:
    'What is known about vulnerabilities: statements decide about findings that are known; vulnerabilities without a statement become findings.',
  recognise({ format, text }) {
    if (format === 'json' && /"bomFormat"\s*:\s*"CycloneDX"/.test(text))
      return /"vulnerabilities"\s*:/.test(text) ? 1 : 0.7;
    return format === 'xml' && /xmlns(?::\w+)?\s*=\s*"http:\/\/cyclonedx\.org\/schema\/bom\//.test(text)
      ? 0.9
      : 0;
  },
  holds: {
    json: [
      { at: 'vulnerabilities', is: 'list' },
      { at: 'bomFormat', is: 'anything' },
    ],
    xml: ['bom'],
  },
  async *read(report, context) {
    const isXml = await startsWithTag(report);
    const parts = await readComponents(report, isXml, context);
    if (parts.subject) yield { type: 'asset', name: parts.subject };
    for await (const element of isXml ? xmlVulnerabilities(report) : report.json('vulnerabilities.*')) {
      context.signal.throwIfAborted();
      const vulnerability = context.take(Vulnerability, element);
      if (vulnerability) yield* eventsOf(vulnerability, element.path.join('.'), parts.purls);
    }
  },
};
export default vex;

async function startsWithTag(report: Report): Promise<boolean> {
  for await (const { text } of report.lines())
    if (text.trim() !== '') return text.trimStart().startsWith('<');
  return false;
}

async function* xmlVulnerabilities(report: Report): AsyncGenerator<JsonElement> {
  let index = 0;
  for await (const element of report.xml('vulnerability'))
    yield { path: ['vulnerabilities', index++], value: vulnerabilityFromXml(element), byte: 0 };
}

/** Packages by the names that statements refer to them with. */
async function readComponents(
  report: Report,
  isXml: boolean,
  context: ImportContext,
): Promise<{ purls: Map<string, string>; subject: string | undefined }> {
  const purls = new Map<string, string>();
  let subject: string | undefined;
  const take = (value: unknown, depth: number): void => {
    const component = Component.safeParse(value).data;
    if (!component || depth > MAX_DEPTH) return;
    const ref = component['bom-ref'];
    if (ref !== undefined && component.purl !== undefined) {
      if (purls.size < MAX_COMPONENTS) purls.set(ref, component.purl);
      else
        context.problem(
          'components',
          `There are more than ${MAX_COMPONENTS} components: the others are not looked up.`,
        );
    }
    for (const inner of component.components ?? []) take(inner, depth + 1);
  };
  const subjectOf = (value: unknown) => {
    const component = Component.safeParse(value).data;
    subject ??= component?.name && [component.group, component.name].filter(Boolean).join('/');
    take(value, 0);
  };
  if (isXml) {
    for await (const element of report.xml('component'))
      if (element.parents.at(-1)?.name === 'metadata') subjectOf(componentFromXml(element));
      else take(componentFromXml(element), 0);
  } else {
    for await (const { path, value } of report.json('metadata.component', 'components.*'))
      if (path[0] === 'metadata') subjectOf(value);
      else take(value, 0);
  }
  return { purls, subject };
}

function* eventsOf(
  vulnerability: Vulnerability,
  at: string,
  purls: ReadonlyMap<string, string>,
): Generator<ImportEvent> {
  const packages = packagesOf(vulnerability, purls);
  const state = STATES.find((one) => one === vulnerability.analysis?.state);
  if (state === undefined && vulnerability.analysis?.state !== undefined) {
    yield {
      type: 'problem',
      at,
      message: `The state ${vulnerability.analysis.state.slice(0, 60)} is none of CycloneDX.`,
    };
    return;
  }
  if (state === undefined) {
    yield* findingsOf(vulnerability, packages);
    return;
  }
  const about = advisoriesOf(vulnerability);
  if (about.length === 0) {
    yield { type: 'skipped', at, reason: 'a statement about something that has no CVE or GHSA id' };
    return;
  }
  const change = changeOf(state, vulnerability);
  if (packages.length === 0) yield { type: 'verdict', about, change };
  for (const purl of packages) yield { type: 'verdict', about, purl, change };
}

/** Package addresses of what is affected, one per version where versions are named. */
function packagesOf({ affects }: Vulnerability, purls: ReadonlyMap<string, string>): string[] {
  const found = new Set<string>();
  for (const { ref, versions } of affects ?? []) {
    const purl = ref === undefined ? undefined : purlOf(ref, purls);
    if (purl === undefined) continue;
    const exact = (versions ?? []).flatMap(({ version }) => version ?? []);
    if (exact.length === 0) found.add(purl);
    else for (const version of exact) found.add(withVersion(purl, version));
  }
  return [...found];
}

/** A reference is the name of a component, its package address, or a link into another document (`urn:cdx:…#ref`). */
function purlOf(ref: string, purls: ReadonlyMap<string, string>): string | undefined {
  const name = ref.startsWith('urn:cdx:') ? decoded(ref.slice(ref.indexOf('#') + 1)) : ref;
  return purls.get(name) ?? (/^pkg:[a-z]/i.test(name) ? name : undefined);
}

function withVersion(purl: string, version: string): string {
  const [, name = purl, rest = ''] = /^([^?#]*?)(?:@[^@?#/]*)?([?#].*)?$/s.exec(purl) ?? [];
  return `${name}@${encodeURIComponent(version)}${rest}`;
}

function* findingsOf(vulnerability: Vulnerability, packages: readonly string[]): Generator<ImportEvent> {
  const { id, description, detail, recommendation, advisories, cwes } = vulnerability;
  const ruleText: RuleText = {
    title: description?.split('\n', 1)[0]?.slice(0, 200) || id,
    severity: severityOf(vulnerability),
    why: [description, detail].filter(Boolean).join('\n\n'),
    fix: recommendation ?? '',
    ...(cwes && cwes.length > 0 ? { cwe: cwes.filter((one) => one > 0) } : {}),
    references: (advisories ?? []).flatMap(({ url }) => url ?? []),
  };
  const ids = advisoriesOf(vulnerability);
  for (const purl of packages.length > 0 ? packages : [undefined]) {
    const about: Reference[] = [
      ...ids,
      ...(purl === undefined ? [] : [{ kind: 'purl' as const, value: purl }]),
    ];
    yield {
      type: 'finding',
      rule: id,
      ruleText,
      at: purl === undefined ? { kind: 'resource', address: 'the whole target' } : { kind: 'package', purl },
      key: [],
      message: purl === undefined ? id : `${id} in ${purl}`,
      about,
    };
  }
}

/** The worst of its ratings. */
function severityOf({ ratings }: Vulnerability): Severity {
  const order: Severity[] = ['critical', 'high', 'medium', 'low', 'info'];
  const found = (ratings ?? []).flatMap(({ severity, score, method }) => {
    const word = severity === undefined || severity === 'unknown' ? undefined : severityOfWord(severity);
    const scored = score !== undefined && /^cvss/i.test(method ?? '') ? severityOfScore(score) : undefined;
    return word ?? scored ?? [];
  });
  return order.find((one) => found.includes(one)) ?? 'medium';
}
