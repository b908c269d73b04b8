import * as z from 'zod';
import type { FlowStep } from '../../model/finding.ts';
import type { ImportedFinding, Importer, JsonElement, Report } from '../importer.ts';
import { fileAt, regionOf } from '../shared/place.ts';
import { purlOf } from '../shared/purl.ts';
import { hasSigns } from '../shared/recognise.ts';
import { vulnerablePackage } from '../shared/vulnerable-package.ts';

const Frame = z.object({
  module: z.string(),
  version: z.string().nullish(),
  package: z.string().nullish(),
  function: z.string().nullish(),
  receiver: z.string().nullish(),
  position: z
    .object({ filename: z.string().nullish(), line: z.number().nullish(), column: z.number().nullish() })
    .nullish(),
});
type Frame = z.infer<typeof Frame>;
const Found = z.object({
  osv: z.string().min(1),
  fixed_version: z.string().nullish(),
  trace: z.array(Frame).min(1),
});
type Found = z.infer<typeof Found>;
const Advisory = z.object({
  id: z.string(),
  summary: z.string().nullish(),
  details: z.string().nullish(),
  aliases: z.array(z.string()).nullish(),
  references: z.array(z.object({ url: z.string().nullish() })).nullish(),
});
type Advisory = z.infer<typeof Advisory>;
const Message = z.object({
  config: z.unknown().optional(),
  osv: z.unknown().optional(),
  finding: z.unknown().optional(),
});

const MAX_TEXT = 8 * 1024 * 1024;

const govulncheck: Importer = {
  id: 'govulncheck',
  title: 'govulncheck',
  summary: 'Vulnerable Go modules of `govulncheck -json ./...`, with the calls that reach them.',
  recognise: (head) =>
    hasSigns(head, ['json', 'jsonl'], ['protocol_version', 'scanner_name', 'govulncheck'], 0.95),
  complete: true,
  async *read(report, context) {
    const advisories = new Map<string, Advisory>();
    /** The closest look at each: first the module is told, then the package, then the calls. */
    const closest = new Map<string, Found>();
    let begun = false;
    for await (const element of messagesOf(report, (at, text) => context.problem(at, text))) {
      const message = context.take(Message, element);
      begun ||= message?.config !== undefined;
      if (message?.osv) {
        const path = [...element.path, 'osv'];
        const advisory = context.take(Advisory, { ...element, path, value: message.osv });
        if (advisory) advisories.set(advisory.id, advisory);
      } else if (message?.finding) {
        const path = [...element.path, 'finding'];
        const found = context.take(Found, { ...element, path, value: message.finding });
        if (!found) continue;
        const name = `${found.osv} ${found.trace[0]?.module}`;
        const before = closest.get(name);
        if (!before || depthOf(found) > depthOf(before)) closest.set(name, found);
      }
    }
    // The first message, of every version, whatever it finds.
    if (!begun && !context.cutOff())
      context.problem(
        'the document',
        'It has no message with the configuration of the scan: it is no output of `govulncheck -json`, or its beginning is missing.',
      );
    for (const found of closest.values()) yield findingOf(found, advisories.get(found.osv));
  },
};
export default govulncheck;

function depthOf({ trace }: Found): number {
  return trace[0]?.function ? 2 : trace[0]?.package ? 1 : 0;
}

function findingOf(found: Found, advisory: Advisory | undefined): ImportedFinding {
  const [vulnerable] = found.trace as [Frame];
  const depth = depthOf(found);
  const { module: name, version } = vulnerable;
  const plain = vulnerablePackage({
    id: found.osv,
    aliases: advisory?.aliases ?? [],
    title: advisory?.summary,
    description: advisory?.details,
    // The database has no severities. What is not called is a matter of tidiness.
    severity: depth === 2 ? 'high' : depth === 1 ? 'medium' : 'low',
    name,
    version,
    purl: purlOf('golang', name, version),
    fixed: found.fixed_version ? [found.fixed_version] : [],
    manifest: 'go.mod',
    links: (advisory?.references ?? []).map(({ url }) => url),
  });
  const reach = ['The module is required', 'The package is imported', 'The vulnerable function is called'][
    depth
  ];
  return {
    ...plain,
    message: `${plain.message} ${reach}.`,
    confidence: depth === 2 ? 'high' : depth === 1 ? 'medium' : 'low',
    // From our own code to the vulnerable function; the report has it the other way round.
    ...(depth === 2 ? { flow: found.trace.slice(0, 100).reverse().map(stepOf) } : {}),
  };
}

function stepOf({
  module: name,
  version,
  function: called,
  receiver,
  package: from,
  position,
}: Frame): FlowStep {
  const own = !version && name !== 'stdlib';
  const note = [from, receiver?.replace('*', ''), called].filter(Boolean).join('.') || name;
  const file = position?.filename;
  return own && file
    ? { at: fileAt(file, regionOf(position?.line, position?.column)), note }
    : {
        at: { kind: 'package', purl: purlOf('golang', name, version), ...(file ? { manifest: file } : {}) },
        note,
      };
}

/** JSON values one behind the other, each over several lines: the closing brace of each stands alone at the line's start. */
async function* messagesOf(
  report: Report,
  problem: (at: string, text: string) => void,
): AsyncGenerator<JsonElement> {
  let text = '';
  let begin = 1;
  let number = 0;
  for await (const { line, text: one } of report.lines()) {
    if (text === '') begin = line;
    text = text === '' ? one : `${text}\n${one}`;
    if (text.trim() === '') text = '';
    const whole = one === '}' || (begin === line && one.startsWith('{') && one.endsWith('}'));
    if (!whole && text.length <= MAX_TEXT) continue;
    const value = parsed(text);
    if (value === undefined)
      problem(`line ${begin}`, 'The message is not JSON, or too large, and is left out.');
    else yield { path: [number], value, byte: 0 };
    number += 1;
    text = '';
  }
  if (text !== '') problem(`line ${begin}`, 'The report ends in the middle of a message.');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
