import * as z from 'zod';
import type { Location } from '../../model/location.ts';
import type { ImportedFinding, Importer, JsonElement, Report } from '../importer.ts';
import { hostOf } from '../shared/place.ts';
import { hasSigns } from '../shared/recognise.ts';
import { cweNumbers, referencesTo, webLinks } from '../shared/references.ts';
import { severityFrom } from '../shared/severity.ts';
import { firstText, oneLine } from '../shared/text.ts';

const Texts = z.union([z.string(), z.array(z.string())]).nullish();
const Result = z.object({
  'template-id': z.string().min(1),
  info: z.object({
    name: z.string().nullish(),
    severity: z.string().nullish(),
    description: z.string().nullish(),
    impact: z.string().nullish(),
    remediation: z.string().nullish(),
    reference: Texts,
    tags: Texts,
    classification: z
      .object({ 'cve-id': Texts, 'cwe-id': Texts, 'cvss-score': z.number().nullish() })
      .nullish(),
  }),
  type: z.string().nullish(),
  host: z.string().nullish(),
  'matched-at': z.string().nullish(),
  'matcher-name': z.string().nullish(),
  'extractor-name': z.string().nullish(),
  'extracted-results': z.array(z.string()).nullish(),
  'matcher-status': z.boolean().nullish(),
});
type Result = z.infer<typeof Result>;

const nuclei: Importer = {
  id: 'nuclei',
  title: 'Nuclei',
  summary: 'Results of `nuclei -jsonl` or `-json-export`.',
  recognise: (head) => hasSigns(head, ['jsonl', 'json'], ['template-id', 'info', 'matcher-status'], 0.95),
  async *read(report, context) {
    for await (const element of resultsOf(report)) {
      const result = context.take(Result, element);
      if (!result) continue;
      if (result['matcher-status'] === false)
        yield { type: 'skipped', at: element.path.join('.'), reason: 'The template did not match.' };
      else yield findingOf(result);
    }
  },
};
export default nuclei;

function findingOf(result: Result): ImportedFinding {
  const { info } = result;
  const rule = result['template-id'];
  const cwe = cweNumbers(info.classification?.['cwe-id']);
  const cves = [info.classification?.['cve-id']].flat();
  const severity = severityFrom(info.severity, 'info', info.classification?.['cvss-score']);
  const references = webLinks(info.reference);
  const tags = [info.tags].flat().flatMap((tag) => tag?.split(',') ?? []);
  const part = firstText(result['matcher-name'], result['extractor-name']);
  const title = firstText(info.name, rule);
  const seen = (result['extracted-results'] ?? []).join('\n');
  return {
    type: 'finding',
    rule,
    ruleText: {
      title: oneLine(title, 200),
      severity,
      ...(cwe.length > 0 ? { cwe } : {}),
      ...(tags.length > 0 ? { tags: [...new Set(tags)] } : {}),
      why: firstText(info.description, info.impact, title),
      fix: firstText(info.remediation, 'See the links of the template.'),
      ...(references.length > 0 ? { references } : {}),
    },
    at: placeOf(result),
    key: [part],
    message: oneLine(part ? `${title} (${part})` : title, 500),
    severity,
    severityWord: info.severity,
    ...(seen ? { evidence: seen.slice(0, 4000) } : {}),
    about: referencesTo(cves),
  };
}

function placeOf(result: Result): Location {
  const address = firstText(result['matched-at'], result.host);
  if (/^https?:\/\//i.test(address)) return { kind: 'http', url: address };
  const host = hostOf(address);
  return {
    kind: 'host',
    name: address || 'unknown',
    ...host,
    ...(result.type ? { protocol: result.type } : {}),
  };
}

/** Lines, or one list of `-json-export`. */
async function* resultsOf(report: Report): AsyncGenerator<JsonElement> {
  for await (const chunk of report.bytes()) {
    const list = Buffer.from(chunk)
      .toString('latin1')
      .trimStart()
      .replace(/^\u00ef\u00bb\u00bf/, '')
      .startsWith('[');
    yield* list ? report.json('*') : report.jsonLines();
    return;
  }
}
