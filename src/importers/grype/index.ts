import * as z from 'zod';
import type { ImportedFinding, Importer } from '../importer.ts';
import { plainPath } from '../paths.ts';
import { sourcePath } from '../shared/place.ts';
import { purlOf } from '../shared/purl.ts';
import { hasSigns } from '../shared/recognise.ts';
import { severityFrom } from '../shared/severity.ts';
import { vulnerablePackage } from '../shared/vulnerable-package.ts';

const Scores = z
  .array(z.object({ metrics: z.object({ baseScore: z.number().nullish() }).nullish() }))
  .nullish();
const Match = z.object({
  vulnerability: z.object({
    id: z.string().min(1),
    dataSource: z.string().nullish(),
    severity: z.string().nullish(),
    urls: z.array(z.string()).nullish(),
    description: z.string().nullish(),
    cvss: Scores,
    cwes: z.array(z.object({ cwe: z.string().nullish() })).nullish(),
    fix: z.object({ versions: z.array(z.string()).nullish(), state: z.string().nullish() }).nullish(),
  }),
  relatedVulnerabilities: z
    .array(
      z.object({
        id: z.string(),
        severity: z.string().nullish(),
        description: z.string().nullish(),
        cvss: Scores,
      }),
    )
    .nullish(),
  artifact: z.object({
    name: z.string().min(1),
    version: z.string().nullish(),
    type: z.string().nullish(),
    purl: z.string().nullish(),
    locations: z.array(z.object({ path: z.string() })).nullish(),
  }),
});
type Match = z.infer<typeof Match>;
const Described = z.object({
  type: z.string().nullish(),
  target: z.union([z.string(), z.object({ userInput: z.string() })]).nullish(),
});
const Configuration = z.object({
  'only-fixed': z.boolean().nullish(),
  'only-notfixed': z.boolean().nullish(),
  'ignore-wontfix': z.union([z.boolean(), z.string()]).nullish(),
  exclude: z.array(z.unknown()).nullish(),
});
/** `folder` as it was named on the command line, when it was one. */
interface Source {
  folder: string | undefined;
}
/** Packages of the system: their place is the database of the package manager, the same for all of them. */
const SYSTEM = new Set(['deb', 'apk', 'rpm', 'alpm', 'portage']);

const grype: Importer = {
  id: 'grype',
  title: 'Grype',
  summary: 'Vulnerable packages of `grype … -o json`.',
  recognise: (head) =>
    hasSigns(head, ['json'], ['matches', 'vulnerability', 'relatedVulnerabilities', 'artifact'], 0.95) ||
    hasSigns(head, ['json'], ['matches', 'source', 'distro', 'descriptor'], 0.9),
  holds: { json: [{ at: 'matches', is: 'list', orNull: true }] },
  async *read(report, context) {
    // It stands behind the findings.
    let source: Source = { folder: undefined };
    for await (const { value } of report.json('source')) {
      const { type, target } = context.take(Described, { path: ['source'], value, byte: 0 }) ?? {};
      const name = typeof target === 'string' ? target : target?.userInput;
      if (name && name !== '.') yield { type: 'asset', name };
      if (type !== 'directory' || name === undefined) continue;
      source = { folder: name };
      context.roots.said(name, 'the folder that Grype was told to scan');
    }
    let part = false;
    for await (const element of report.json('matches.*', 'ignoredMatches.*', 'descriptor.configuration')) {
      if (element.path[0] === 'descriptor') {
        part = isPart(element.value);
        continue;
      }
      if (element.path[0] === 'ignoredMatches') {
        const reason = 'Ignored by the configuration of the tool.';
        yield { type: 'skipped', at: element.path.join('.'), reason };
        continue;
      }
      const match = context.take(Match, element);
      if (match) yield findingOf(match, source);
    }
    if (part)
      yield {
        type: 'note',
        text: 'Grype left out a part (only-fixed, exclude and the like): nothing is closed.',
      };
    else
      yield { type: 'covered', at: { kind: 'packages', path: source.folder ? scopeOf(source.folder) : '' } };
  },
};
export default grype;

function findingOf(
  { vulnerability, relatedVulnerabilities, artifact }: Match,
  { folder }: Source,
): ImportedFinding {
  const related = relatedVulnerabilities ?? [];
  const { name, version } = artifact;
  const type = artifact.type ?? 'generic';
  const path = artifact.locations?.[0]?.path;
  // What one database does not know another one may, under the other name of the same.
  const { word, score } = [vulnerability, ...related].map(rated).find((one) => one.word || one.score) ?? {};
  return vulnerablePackage({
    id: vulnerability.id,
    aliases: related.map(({ id }) => id),
    description: vulnerability.description || related.find(({ description }) => description)?.description,
    severity: word || score !== undefined ? severityFrom(word, 'medium', score) : undefined,
    severityWord: word,
    name,
    version,
    purl: artifact.purl || purlOf(type, name, version),
    fixed: vulnerability.fix?.versions ?? [],
    manifest: path && !SYSTEM.has(type) ? pathIn(folder, path) : undefined,
    cwe: vulnerability.cwes?.map(({ cwe }) => cwe),
    links: [vulnerability.dataSource, vulnerability.urls],
  });
}

/** `/package-lock.json` is one in the folder that was scanned; in an image it is what it says. */
function pathIn(folder: string | undefined, path: string): string {
  return folder === undefined ? plainPath(path) : `${folder}/${plainPath(path)}`;
}

function scopeOf(folder: string): string {
  return plainPath(folder) === '' ? '' : sourcePath(folder);
}

function rated({ severity, cvss }: { severity?: string | null | undefined; cvss?: z.infer<typeof Scores> }) {
  return {
    word: severity?.toLowerCase() === 'unknown' ? undefined : severity,
    score: cvss?.flatMap(({ metrics }) => metrics?.baseScore ?? [])[0],
  };
}

/** The report holds the configuration of the scan: with these it leaves out what is there. */
function isPart(configuration: unknown): boolean {
  const given = Configuration.safeParse(configuration).data;
  if (!given) return false;
  return (
    given['only-fixed'] === true ||
    given['only-notfixed'] === true ||
    Boolean(given['ignore-wontfix']) ||
    (given.exclude ?? []).length > 0
  );
}
