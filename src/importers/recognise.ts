import { closest } from '../lib/closest.ts';
import type { Importer, ReportHead } from './importer.ts';
import { IMPORTERS } from './importers.ts';

/** Below it a guess is worth nothing. */
const SURE = 0.3;

export type Recognised = { importer: Importer } | { unknown: string };

/** The importer of this name, or the one that is surest about the head of the report. */
export async function recognise(head: ReportHead, format: string): Promise<Recognised> {
  if (format !== 'auto') {
    const load = Object.hasOwn(IMPORTERS, format) ? IMPORTERS[format] : undefined;
    if (load) return { importer: (await load()).default };
    const near = closest(format, Object.keys(IMPORTERS));
    return { unknown: `There is no format '${format}'.${near ? ` Did you mean '${near}'?` : ''}` };
  }
  let best: { importer: Importer; sure: number } | undefined;
  for (const load of Object.values(IMPORTERS)) {
    const importer = (await load()).default;
    const sure = importer.recognise(head);
    if (sure >= SURE && sure > (best?.sure ?? 0)) best = { importer, sure };
  }
  if (best) return best;
  const what =
    head.text.trim() === ''
      ? 'It is empty'
      : `It looks like ${LOOKS[head.format]}, but of no tool that is known`;
  return {
    unknown: `${what}: name its format with --format, or give a mapping. 'sentinelx findings formats' lists them.`,
  };
}

const LOOKS: Record<ReportHead['format'], string> = {
  json: 'JSON',
  jsonl: 'JSON lines',
  xml: 'XML',
  csv: 'CSV',
  text: 'plain text',
};
