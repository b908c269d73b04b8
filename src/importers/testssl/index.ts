import * as z from 'zod';
import type { Severity } from '../../model/severity.ts';
import type { ImportedFinding, Importer } from '../importer.ts';
import { hasSigns } from '../shared/recognise.ts';
import { cweNumbers, referencesTo } from '../shared/references.ts';
import { inTable } from '../shared/severity.ts';
import { oneLine } from '../shared/text.ts';

const Result = z.object({
  id: z.string().min(1),
  severity: z.string(),
  finding: z.string(),
  cve: z.string().nullish(),
  cwe: z.string().nullish(),
  /** `name/address`, only in the flat format. */
  ip: z.string().nullish(),
  port: z.string().nullish(),
});
type Result = z.infer<typeof Result>;
interface Target {
  host: string;
  port: string;
}

const SEVERITIES: Record<string, Severity> = {
  LOW: 'low',
  MEDIUM: 'medium',
  HIGH: 'high',
  CRITICAL: 'critical',
};
const NO_FAULT = new Set(['OK', 'INFO', 'DEBUG']);

const testssl: Importer = {
  id: 'testssl',
  title: 'testssl.sh',
  summary: 'Faults of TLS of `testssl --jsonfile` or `--jsonfile-pretty`.',
  recognise: (head) =>
    hasSigns(head, ['json'], ['Invocation', 'scanResult', 'clientProblem1'], 0.95) ||
    hasSigns(head, ['json'], ['id', 'ip', 'port', 'severity', 'finding'], 0.9),
  holds: {
    json: [
      { at: 'scanResult', is: 'list' },
      { at: '', is: 'list' },
    ],
  },
  async *read(report, context) {
    let target: Target | undefined;
    /** What was tested, whatever came of it: only that can be repaired. */
    const tested = new Map<string, Set<string>>();
    const pretty = ['scanResult.*.targetHost', 'scanResult.*.port', 'scanResult.*.*.*'];
    for await (const element of report.json(...((await isFlat(report)) ? ['*'] : pretty))) {
      const at = element.path.join('.');
      const field = element.path[2];
      if (field === 'targetHost') target = { host: String(element.value), port: '' };
      else if (field === 'port') target = { host: target?.host ?? '', port: String(element.value) };
      else {
        const result = context.take(Result, element);
        if (!result) continue;
        const where = result.ip ? { host: result.ip.split('/')[0] ?? '', port: result.port ?? '' } : target;
        if (result.severity === 'FATAL') context.problem(at, `testssl gave up: ${oneLine(result.finding)}`);
        else if (result.severity === 'WARN')
          yield {
            type: 'skipped',
            at,
            reason: 'The tool could not do this test, or only warns about itself.',
          };
        else if (where?.host) {
          const origin = `https://${where.host.includes(':') ? `[${where.host}]` : where.host}:${where.port}`;
          const rules = tested.get(origin) ?? new Set();
          tested.set(origin, rules.add(result.id));
          const severity = inTable(SEVERITIES, result.severity);
          if (!severity && !NO_FAULT.has(result.severity))
            context.odd(
              at,
              `The severity '${result.severity.slice(0, 40)}' is unknown: it is taken as an information.`,
            );
          if (severity) yield findingOf(result, where, severity);
          else
            yield {
              type: 'skipped',
              at,
              reason: result.severity === 'OK' ? 'The test passed.' : 'Information, no fault.',
            };
        }
      }
    }
    for (const [url, rules] of tested)
      yield { type: 'covered', at: { kind: 'origin', url }, rules: [...rules] };
  },
};
export default testssl;

/** The flat format is a list of results, the pretty one an object. */
async function isFlat(report: Parameters<Importer['read']>[0]): Promise<boolean> {
  for await (const chunk of report.bytes()) {
    const first = /[[{]/.exec(Buffer.from(chunk).toString('latin1'))?.[0];
    if (first) return first === '[';
  }
  return false;
}

function findingOf(result: Result, { host, port }: Target, severity: Severity): ImportedFinding {
  const cwe = cweNumbers(result.cwe);
  const number = Number(port);
  const message = oneLine(`${result.id}: ${result.finding}`, 800);
  return {
    type: 'finding',
    rule: result.id,
    ruleText: {
      title: `TLS: ${result.id.replaceAll('_', ' ')}`,
      severity,
      ...(cwe.length > 0 ? { cwe } : {}),
      why: `The test ${result.id} of testssl.sh found a fault in how the service speaks TLS.`,
      fix: 'Change protocols, ciphers, certificate or headers of the service so that the test passes.',
    },
    at: {
      kind: 'host',
      name: host,
      ...(Number.isInteger(number) && number > 0 ? { port: number } : {}),
      protocol: 'tcp',
    },
    key: [],
    message,
    severity,
    evidence: result.finding.slice(0, 4000),
    about: referencesTo((result.cve ?? '').split(/\s+/), { cwe }),
  };
}
