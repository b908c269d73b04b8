import { SentinelError } from '../lib/errors.ts';
import { visibleText } from '../lib/visible-text.ts';
import { linesOf } from './signal-lines.ts';
import { cveOf, type SignalProblem, type SignalReader, type SignalRecord, timeOf } from './signal-records.ts';

const DATE = /score_date:([^,\s]+)/;
const HEAD = ['cve', 'epss', 'percentile'];

/**
 * The scores of https://www.first.org/epss/data_stats as CSV: a line `#model_version:…,score_date:…`, the names of the columns,
 * then `CVE-2024-3094,0.86,0.99`. No field of it is ever quoted.
 */
export async function readEpss(content: AsyncIterable<Uint8Array>): Promise<SignalReader> {
  const lines = linesOf(content);
  let asOf: number | null = null;
  for (;;) {
    const next = await lines.next();
    const text = next.done ? null : next.value.text.replace(/^\uFEFF/, '').trim();
    if (text === '') continue;
    if (text === null || !text.startsWith('#')) {
      if (text?.toLowerCase().split(',').slice(0, 2).join() !== HEAD.slice(0, 2).join())
        throw new SentinelError(
          'invalid-signals',
          `This is not a file of EPSS: it has no line '${HEAD.join()}'.`,
        );
      break;
    }
    asOf = timeOf(DATE.exec(text)?.[1] ?? '') ?? asOf;
  }
  return {
    source: 'epss',
    asOf,
    records: (async function* () {
      for await (const { line, text } of lines) if (text.trim() !== '') yield recordOf(line, text);
    })(),
  };
}

function recordOf(line: number, text: string): SignalRecord | { problem: SignalProblem } {
  const wrong = (message: string) => ({ problem: { at: `line ${line}`, message: visibleText(message) } });
  const [name = '', score = '', rank = ''] = text.split(',', 4);
  const cve = cveOf(name);
  if (cve === null) return wrong(`'${name.slice(0, 40)}' is not the id of a CVE`);
  const epss = shareOf(score);
  if (epss === null) return wrong(`${cve}: the score '${score.slice(0, 40)}' is not a number from 0 to 1`);
  const percentile = rank.trim() === '' ? null : shareOf(rank);
  if (percentile === null && rank.trim() !== '')
    return wrong(`${cve}: the percentile '${rank.slice(0, 40)}' is not a number from 0 to 1`);
  return { source: 'epss', cve, epss, percentile };
}

function shareOf(text: string): number | null {
  const trimmed = text.trim();
  if (!/^(?:\d+(?:\.\d+)?|\.\d+)(?:[eE]-?\d{1,3})?$/.test(trimmed)) return null;
  const share = Number(trimmed);
  return share >= 0 && share <= 1 ? share : null;
}
