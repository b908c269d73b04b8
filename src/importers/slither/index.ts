import * as z from 'zod';
import type { Location } from '../../model/location.ts';
import type { ImportedFinding, Importer } from '../importer.ts';
import { regionOf, sourcePath } from '../shared/place.ts';
import { hasSigns } from '../shared/recognise.ts';
import { webLinks } from '../shared/references.ts';
import { titleOfId } from '../shared/rule-title.ts';
import { confidenceFrom, severityFrom } from '../shared/severity.ts';
import { oneLine } from '../shared/text.ts';

const Element = z.object({
  type: z.string(),
  name: z.string().nullish(),
  source_mapping: z
    .object({
      filename_relative: z.string().nullish(),
      lines: z.array(z.number()).nullish(),
      starting_column: z.number().nullish(),
      ending_column: z.number().nullish(),
    })
    .nullish(),
  type_specific_fields: z
    .object({
      signature: z.string().nullish(),
      parent: z
        .object({
          type: z.string(),
          name: z.string().nullish(),
          type_specific_fields: z.object({ signature: z.string().nullish() }).nullish(),
        })
        .nullish(),
    })
    .nullish(),
});
type Element = z.infer<typeof Element>;
const Detection = z.object({
  check: z.string().min(1),
  impact: z.string().nullish(),
  confidence: z.string().nullish(),
  description: z.string(),
  reference: z.string().nullish(),
  id: z.string().nullish(),
  elements: z.array(z.unknown()).nullish(),
});
type Detection = z.infer<typeof Detection>;

const slither: Importer = {
  id: 'slither',
  title: 'Slither',
  summary: 'Findings in Solidity of `slither . --json report.json`.',
  recognise: (head) =>
    hasSigns(head, ['json'], ['detectors', 'elements', 'first_markdown_element'], 0.95) ||
    hasSigns(head, ['json'], ['success', 'error', 'results', 'detectors'], 0.8),
  holds: {
    json: [
      { at: 'results.detectors', is: 'list' },
      { at: 'results', is: 'object' },
    ],
  },
  async *read(report, context) {
    let failed = false;
    for await (const element of report.json('success', 'results.detectors.*')) {
      if (element.path[0] === 'success') {
        failed = element.value === false;
        if (failed) context.problem('success', 'Slither itself failed: the report is not complete.');
        continue;
      }
      const detection = context.take(Detection, element);
      if (detection) yield findingOf(detection);
    }
    if (!failed) yield { type: 'covered', at: { kind: 'everything' } };
  },
};
export default slither;

function findingOf(found: Detection): ImportedFinding {
  const elements = (found.elements ?? []).flatMap((one) => Element.safeParse(one).data ?? []);
  const [first, ...others] = elements;
  const confidence = confidenceFrom(found.confidence);
  const severity = severityFrom(found.impact === 'Optimization' ? 'info' : found.impact, 'medium');
  const references = webLinks(found.reference);
  const related = others.slice(0, 50).map(placeOf);
  return {
    type: 'finding',
    rule: found.check,
    ruleText: {
      title: titleOfId(found.check),
      severity,
      why: `Slither's detector \`${found.check}\` found it: ${withoutLines(found.description)}`,
      fix: 'Change the code as the page of the detector recommends.',
      ...(references.length > 0 ? { references } : {}),
    },
    at: first ? placeOf(first) : { kind: 'contract', file: 'unknown' },
    key: elements.slice(0, 20).map(({ type, name }) => `${type} ${oneLine(name ?? '', 500)}`),
    message: oneLine(found.description, 1000),
    severity,
    severityWord: found.impact === 'Optimization' ? undefined : found.impact,
    ...(confidence ? { confidence } : {}),
    ...(related.length > 0 ? { related } : {}),
  };
}

function placeOf({ type, name, source_mapping: source, type_specific_fields: more }: Element): Location {
  const lines = source?.lines ?? [];
  const region = regionOf(lines[0], source?.starting_column, lines.at(-1), source?.ending_column);
  const parent = more?.parent;
  const called =
    type === 'function'
      ? (more?.signature ?? name)
      : parent?.type === 'function'
        ? (parent.type_specific_fields?.signature ?? parent.name)
        : undefined;
  return {
    kind: 'contract',
    file: sourcePath(source?.filename_relative ?? ''),
    ...(called ? { function: called } : {}),
    ...(region ? { region } : {}),
  };
}

/** `(Bank.sol#31-33)` moves with the lines. */
function withoutLines(text: string): string {
  return oneLine(text.replace(/ ?\([^()\s]*#\d+(?:-\d+)?\)/g, ''), 1000);
}
