import * as z from 'zod';
import type { ImportedFinding, Importer } from '../importer.ts';
import { plainPath } from '../paths.ts';
import { regionOf, sourcePath } from '../shared/place.ts';
import { hasSigns } from '../shared/recognise.ts';
import { cweNumbers, webLinks } from '../shared/references.ts';
import { severityFrom } from '../shared/severity.ts';
import { firstText } from '../shared/text.ts';

const Place = z.object({
  file_name: z.string(),
  similarity_id: z.string().nullish(),
  line: z.number().nullish(),
  resource_type: z.string().nullish(),
  resource_name: z.string().nullish(),
  search_key: z.string().nullish(),
  expected_value: z.string().nullish(),
  actual_value: z.string().nullish(),
});
type Place = z.infer<typeof Place>;
const Query = z.object({
  query_name: z.string(),
  query_id: z.string().min(1),
  query_url: z.string().nullish(),
  severity: z.string().nullish(),
  platform: z.string().nullish(),
  category: z.string().nullish(),
  cwe: z.unknown().optional(),
  description: z.string().nullish(),
  files: z.array(z.unknown()),
});
type Query = z.infer<typeof Query>;

const FAILURES = ['files_failed_to_scan', 'queries_failed_to_execute'];

const kics: Importer = {
  id: 'kics',
  title: 'KICS',
  summary: 'Findings in infrastructure code of `kics scan --report-formats json`.',
  recognise: (head) =>
    hasSigns(head, ['json'], ['kics_version'], 0.95) ||
    hasSigns(head, ['json'], ['query_id', 'similarity_id'], 0.9),
  holds: { json: [{ at: 'queries', is: 'list', orNull: true }] },
  async *read(report, context) {
    let failed = 0;
    const scanned = new Set<string>();
    for await (const element of report.json(...FAILURES, 'paths.*', 'queries.*')) {
      if (element.path[0] === 'paths') {
        if (typeof element.value === 'string') scanned.add(element.value);
        continue;
      }
      if (element.path[0] !== 'queries') {
        failed += Number(element.value) || 0;
        continue;
      }
      const query = context.take(Query, element);
      if (!query) continue;
      for (const [index, value] of query.files.entries()) {
        const place = context.take(Place, { ...element, path: [...element.path, 'files', index], value });
        if (place) yield findingOf(query, place);
      }
    }
    // Which files or queries those were is not in the report.
    if (failed > 0) return;
    // The paths that it was told to scan, and its own rules among them; an old version does not list them.
    if (scanned.size === 0) yield { type: 'covered', at: { kind: 'resources', path: '' } };
    for (const path of scanned) yield { type: 'covered', at: { kind: 'resources', path: folderOf(path) } };
  },
};
export default kics;

function findingOf(query: Query, place: Place): ImportedFinding {
  const severity = severityFrom(query.severity, 'medium');
  const cwe = cweNumbers(query.cwe);
  const tags = [query.platform, query.category].filter((tag) => typeof tag === 'string' && tag !== '');
  const references = webLinks(query.query_url);
  const file = sourcePath(place.file_name);
  const name = place.resource_name === 'n/a' ? '' : place.resource_name;
  const address = [place.resource_type, name].filter(Boolean).join('.') || place.search_key || file;
  const region = regionOf(place.line);
  return {
    type: 'finding',
    rule: query.query_id,
    ruleText: {
      title: query.query_name,
      severity,
      ...(cwe.length > 0 ? { cwe } : {}),
      ...(tags.length > 0 ? { tags: tags as string[] } : {}),
      why: firstText(query.description, query.query_name),
      fix: 'Change the resource to the value that the finding names as expected.',
      ...(references.length > 0 ? { references } : {}),
    },
    at: { kind: 'resource', address, file, ...(region ? { region } : {}) },
    key: [place.search_key ?? ''],
    message: firstText(
      [place.actual_value, place.expected_value && `expected: ${place.expected_value}`]
        .filter(Boolean)
        .join('; '),
      query.query_name,
    ),
    severity,
    severityWord: query.severity,
    ...(place.similarity_id ? { toolPrints: [{ name: 'similarity-id', value: place.similarity_id }] } : {}),
  };
}

/** `.` and the like are the root. */
function folderOf(path: string): string {
  return plainPath(path) === '' ? '' : sourcePath(path);
}
