import * as z from 'zod';
import type { ImportedFinding, Importer, JsonElement, Report, XmlElement } from '../importer.ts';
import { isXml } from '../shared/is-xml.ts';
import { sourcePath } from '../shared/place.ts';
import { hasSigns } from '../shared/recognise.ts';
import { severityFrom } from '../shared/severity.ts';
import { vulnerablePackage } from '../shared/vulnerable-package.ts';
import { dependencyFromXml } from './from-xml.ts';

const Score = z
  .object({ baseScore: z.coerce.number().optional().catch(undefined) })
  .nullish()
  .catch(undefined);
const Vulnerability = z.object({
  name: z.string().min(1),
  severity: z.string().nullish(),
  cvssv2: z
    .object({ score: z.coerce.number().optional().catch(undefined) })
    .nullish()
    .catch(undefined),
  cvssv3: Score,
  cvssv4: Score,
  cwes: z.unknown().optional(),
  description: z.string().nullish(),
  references: z.array(z.object({ url: z.string().nullish() })).nullish(),
  knownExploitedVulnerability: z.unknown().optional(),
  vulnerableSoftware: z
    .array(
      z.object({
        software: z.object({
          /** Text in version 9, a truth value in some others. */
          vulnerabilityIdMatched: z.union([z.string(), z.boolean()]).nullish(),
          versionEndExcluding: z.string().nullish(),
        }),
      }),
    )
    .nullish()
    .catch(undefined),
});
const Dependency = z.object({
  fileName: z.string(),
  filePath: z.string().nullish(),
  packages: z.array(z.object({ id: z.string() })).nullish(),
  vulnerabilityIds: z.array(z.object({ id: z.string() })).nullish(),
  vulnerabilities: z.array(z.unknown()).nullish(),
  suppressedVulnerabilities: z.array(z.unknown()).nullish(),
});
type Dependency = z.infer<typeof Dependency>;

const dependencyCheck: Importer = {
  id: 'dependency-check',
  title: 'OWASP Dependency-Check',
  summary: 'Vulnerable libraries of Dependency-Check in JSON or XML.',
  recognise: (head) =>
    head.format === 'xml'
      ? /<analysis\b[^>]*dependency-check/.test(head.text)
        ? 1
        : 0
      : hasSigns(head, ['json'], ['reportSchema', 'scanInfo', 'engineVersion'], 0.95),
  holds: { json: [{ at: 'dependencies', is: 'list' }], xml: ['analysis'] },
  async *read(report, context) {
    for await (const element of (await isXml(report))
      ? dependenciesOf(report)
      : report.json('projectInfo.name', 'dependencies.*')) {
      if (element.path[0] === 'projectInfo') {
        if (typeof element.value === 'string' && element.value !== '')
          yield { type: 'asset', name: element.value };
        continue;
      }
      const dependency = context.take(Dependency, element);
      if (!dependency) continue;
      for (const [index] of (dependency.suppressedVulnerabilities ?? []).entries()) {
        const at = [...element.path, 'suppressedVulnerabilities', index].join('.');
        yield { type: 'skipped', at, reason: 'Suppressed in the tool.' };
      }
      for (const [index, value] of (dependency.vulnerabilities ?? []).entries()) {
        const path = [...element.path, 'vulnerabilities', index];
        const found = context.take(Vulnerability, { ...element, path, value });
        if (found) yield findingOf(dependency, found);
      }
    }
    // It lists every library that it saw; one that is not there any more was a file of its own.
    yield { type: 'covered', at: { kind: 'packages', path: '' } };
  },
};
export default dependencyCheck;

function findingOf(dependency: Dependency, found: z.infer<typeof Vulnerability>): ImportedFinding {
  const purl = dependency.packages?.map(({ id }) => id).find((id) => id.startsWith('pkg:'));
  const [, name = dependency.fileName, version] =
    /^pkg:[^/]+\/([^@?#]+)(?:@([^?#]+))?/.exec(purl ?? '') ?? [];
  const score = found.cvssv4?.baseScore ?? found.cvssv3?.baseScore ?? found.cvssv2?.score;
  const known = found.severity || score !== undefined;
  const finding = vulnerablePackage({
    id: found.name,
    aliases: [],
    description: found.description,
    severity: known ? severityFrom(found.severity, 'medium', score) : undefined,
    severityWord: known ? found.severity : undefined,
    name: decodeURIComponentSafely(name),
    version: version && decodeURIComponentSafely(version),
    fixed: fixedIn(found),
    // A file of which the tool knows no package is named by itself.
    purl: purl ?? `pkg:generic/${encodeURIComponent(dependency.fileName.toWellFormed())}`,
    manifest: manifestOf(dependency),
    cwe: found.cwes,
    links: (found.references ?? []).map(({ url }) => url),
  });
  const { ruleText } = finding;
  if (!found.knownExploitedVulnerability || !ruleText) return finding;
  return { ...finding, ruleText: { ...ruleText, tags: [...(ruleText.tags ?? []), 'known-exploited'] } };
}

/** The end of the range that this version of the library fell into; the others are of other products. */
function fixedIn({ vulnerableSoftware }: z.infer<typeof Vulnerability>): string[] {
  return (vulnerableSoftware ?? []).flatMap(({ software }) =>
    String(software.vulnerabilityIdMatched) === 'true' ? (software.versionEndExcluding ?? []) : [],
  );
}

/** `/src/package-lock.json?/lodash:4.17.4` is a package of that lock file. */
function manifestOf({ filePath }: Dependency): string | undefined {
  return filePath ? sourcePath(filePath.split('?')[0] ?? filePath) : undefined;
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function* dependenciesOf(report: Report): AsyncGenerator<JsonElement> {
  for await (const element of report.xml('projectInfo', 'dependency')) {
    if (element.name === 'projectInfo') yield { path: ['projectInfo'], value: nameOf(element), byte: 0 };
    else yield { path: [`line ${element.line}`], value: dependencyFromXml(element), byte: 0 };
  }
}

function nameOf(info: XmlElement): string | undefined {
  return info.children.find(({ name }) => name === 'name')?.text.trim();
}
