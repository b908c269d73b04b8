import * as z from 'zod';
import { SentinelError } from '../lib/errors.ts';
import { visibleText } from '../lib/visible-text.ts';
import { cveOf, type SignalProblem, type SignalReader, type SignalRecord, timeOf } from './signal-records.ts';

/** CISA's catalogue as https://www.cisa.gov/known-exploited-vulnerabilities-catalog gives it as JSON; only what is used. */
const Catalogue = z.object({
  dateReleased: z.string().optional(),
  vulnerabilities: z.array(z.unknown()),
});
const Entry = z.object({
  cveID: z.string(),
  dateAdded: z.string(),
  dueDate: z.string().optional(),
  knownRansomwareCampaignUse: z.string().optional(),
});

/** The catalogue has about 2 MB: it is read as a whole. */
export async function readKev(content: AsyncIterable<Uint8Array>): Promise<SignalReader> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  const catalogue = parse(
    Buffer.concat(pieces)
      .toString('utf8')
      .replace(/^\uFEFF/, ''),
  );
  return {
    source: 'kev',
    asOf: timeOf(catalogue.dateReleased ?? ''),
    records: (async function* () {
      for (const [index, entry] of catalogue.vulnerabilities.entries()) yield recordOf(entry, index);
    })(),
  };
}

function parse(text: string): z.infer<typeof Catalogue> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new SentinelError(
      'invalid-signals',
      `This is not JSON: ${visibleText((cause as Error).message)}.`,
      {
        cause,
      },
    );
  }
  const parsed = Catalogue.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new SentinelError(
    'invalid-signals',
    "This JSON is not CISA's catalogue: it has no list 'vulnerabilities'.",
  );
}

function recordOf(entry: unknown, index: number): SignalRecord | { problem: SignalProblem } {
  const parsed = Entry.safeParse(entry);
  const wrong = (message: string) => ({
    problem: { at: `vulnerabilities[${index}]`, message: visibleText(message) },
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return wrong(`${issue?.path.join('.') || 'the entry'}: ${issue?.message ?? 'cannot be read'}`);
  }
  const { cveID, dateAdded, dueDate, knownRansomwareCampaignUse: ransomware } = parsed.data;
  const cve = cveOf(cveID);
  if (cve === null) return wrong(`'${cveID.slice(0, 40)}' is not the id of a CVE`);
  const added = timeOf(dateAdded);
  if (added === null) return wrong(`${cve}: '${dateAdded.slice(0, 40)}' is not a date`);
  const due = dueDate === undefined || dueDate === '' ? null : timeOf(dueDate);
  if (due === null && dueDate) return wrong(`${cve}: '${dueDate.slice(0, 40)}' is not a date`);
  return {
    source: 'kev',
    cve,
    added,
    due,
    // 'Unknown' is what the catalogue says when it does not know of one.
    ransomware: ransomware === 'Known' ? true : null,
  };
}
