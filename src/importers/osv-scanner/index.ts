import * as z from 'zod';
import type { ImportedFinding, Importer } from '../importer.ts';
import { sourcePath } from '../shared/place.ts';
import { purlOf } from '../shared/purl.ts';
import { hasSigns } from '../shared/recognise.ts';
import { severityFrom } from '../shared/severity.ts';
import { firstText } from '../shared/text.ts';
import { vulnerablePackage } from '../shared/vulnerable-package.ts';

const Source = z.object({ path: z.string(), type: z.string().nullish() });
const Advisory = z.object({
  id: z.string().min(1),
  aliases: z.array(z.string()).nullish(),
  summary: z.string().nullish(),
  details: z.string().nullish(),
  references: z.array(z.object({ url: z.string().nullish() })).nullish(),
  affected: z
    .array(
      z.object({
        package: z.object({ name: z.string().nullish() }).nullish(),
        ranges: z
          .array(z.object({ events: z.array(z.object({ fixed: z.string().nullish() })).nullish() }))
          .nullish(),
      }),
    )
    .nullish(),
  database_specific: z
    .object({ severity: z.string().optional().catch(undefined), cwe_ids: z.unknown().optional() })
    .nullish()
    .catch(undefined),
});
type Advisory = z.infer<typeof Advisory>;
const Package = z.object({
  package: z.object({
    name: z.string().min(1),
    version: z.string().nullish(),
    ecosystem: z.string().nullish(),
    commit: z.string().nullish(),
  }),
  vulnerabilities: z.array(z.unknown()).nullish(),
  groups: z
    .array(
      z.object({
        ids: z.array(z.string()),
        aliases: z.array(z.string()).nullish(),
        max_severity: z.string().nullish(),
      }),
    )
    .nullish(),
});
type Package = z.infer<typeof Package>;

const ONLY_NAMED =
  'OSV-Scanner names only manifests with vulnerable packages: those of others stay open. With its --all-packages it names every ' +
  'one; --covers yes says that the report is about the whole asset.';

const osvScanner: Importer = {
  id: 'osv-scanner',
  title: 'OSV-Scanner',
  summary: 'Vulnerable packages of `osv-scanner … --format json`.',
  recognise: (head) =>
    hasSigns(head, ['json'], ['results', 'source', 'packages', 'ecosystem', 'vulnerabilities'], 0.9) ||
    hasSigns(head, ['json'], ['results', 'experimental_config'], 0.85),
  holds: { json: [{ at: 'results', is: 'list', orNull: true }] },
  async *read(report, context) {
    let source: z.infer<typeof Source> | undefined;
    const manifests = new Set<string>();
    let all = false;
    for await (const element of report.json('results.*.source', 'results.*.packages.*')) {
      if (element.path[2] === 'source') {
        source = context.take(Source, element);
        if (source) manifests.add(sourcePath(source.path));
        continue;
      }
      const found = context.take(Package, element);
      if (!found) continue;
      all ||= (found.vulnerabilities ?? []).length === 0;
      const advisories = new Map<string, Advisory>();
      for (const [index, value] of (found.vulnerabilities ?? []).entries()) {
        const path = [...element.path, 'vulnerabilities', index];
        const advisory = context.take(Advisory, { ...element, path, value });
        if (advisory) advisories.set(advisory.id, advisory);
      }
      yield* findingsOf(found, advisories, source?.path);
    }
    for (const path of manifests) yield { type: 'covered', at: { kind: 'packages', path } };
    if (!all) yield { type: 'note', text: ONLY_NAMED };
  },
};
export default osvScanner;

/** One for each group: its advisories are names of the same fault. */
function* findingsOf(
  found: Package,
  advisories: ReadonlyMap<string, Advisory>,
  manifest: string | undefined,
): Generator<ImportedFinding> {
  const { name, version, ecosystem, commit } = found.package;
  const groups =
    found.groups ?? [...advisories.keys()].map((id) => ({ ids: [id], aliases: null, max_severity: null }));
  for (const group of groups) {
    const known = group.ids.flatMap((id) => advisories.get(id) ?? []);
    const [main] = known;
    if (!main) continue;
    const score = Number.parseFloat(group.max_severity ?? '');
    const word = known.map((one) => one.database_specific?.severity).find((one) => one !== undefined);
    const fixed = known.flatMap((one) => fixedIn(one, name));
    yield vulnerablePackage({
      id: main.id,
      aliases: [...group.ids, ...(group.aliases ?? []), ...known.flatMap(({ aliases }) => aliases ?? [])],
      title: firstText(...known.map(({ summary }) => summary)),
      description: firstText(...known.map(({ details }) => details)),
      severity: Number.isFinite(score) || word ? severityFrom(word, 'medium', score) : undefined,
      severityWord: word,
      name,
      version: version || commit,
      purl: purlOf(ecosystem ?? 'generic', name, version || commit),
      fixed: [...new Set(fixed)],
      manifest,
      cwe: known.map((one) => one.database_specific?.cwe_ids),
      links: known.flatMap(({ references }) => references ?? []).map(({ url }) => url),
    });
  }
}

function fixedIn(advisory: Advisory, name: string): string[] {
  return (advisory.affected ?? [])
    .filter((one) => one.package?.name === name)
    .flatMap(({ ranges }) => ranges ?? [])
    .flatMap(({ events }) => events ?? [])
    .flatMap(({ fixed }) => fixed ?? []);
}
