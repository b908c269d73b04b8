import type { PolicyFacts } from './read-facts.ts';

const DAY_MS = 86_400_000;

/**
 * What `when` may name, with what each is. Facts about the asset, the signals and the model may be unknown: an expression that
 * needs one then cannot be judged, and says so (`judge.ts`).
 */
export const SCOPE = {
  finding: {
    id: 'its id',
    task: 'id of the task or tool that found it',
    rule: 'id of its rule',
    title: 'title of its rule',
    message: 'what was found',
    severity: 'critical, high, medium, low or info',
    confidence: 'high, medium or low',
    status: 'open, confirmed, …',
    path: 'the file, address or package that it is about',
    kind: 'file, package, http, host, …',
    cwe: 'list of numbers of CWE, as text',
    cve: 'list of CVEs',
    purl: 'list of packages',
    labels: 'list of labels',
    assignee: 'id of an account',
    age_days: 'whole days since it was first seen',
    reopened: 'whether it came back after a fix',
    priority: '0 to 100',
    test_code: 'whether its path looks like code of tests',
  },
  asset: {
    id: 'its id',
    name: 'its name',
    kind: 'what it is: path, host, upload, …',
    criticality: 'low, medium, high or critical',
    exposure: 'isolated, internal or internet',
  },
  kev: {
    listed: "on CISA's list of exploited vulnerabilities",
    ransomware: 'used in ransomware campaigns',
    due_days: "days until CISA's date; negative when it has passed",
  },
  epss: { score: 'chance to be exploited within 30 days, 0 to 1', percentile: '0 to 1' },
  model: { confidence: 'how sure a model is that it is real, 0 to 1', version: 'of the model' },
} as const;

/** The values of one finding. */
export function scopeOf(facts: PolicyFacts, now: number): Record<string, unknown> {
  const { signals, dates } = facts.priorityFacts;
  const listed = signals.filter((one) => one.kevAdded !== null);
  const dues = listed.flatMap((one) => (one.kevDue === null ? [] : [one.kevDue]));
  const scored = signals.filter((one) => one.epss !== null);
  const worst = scored.toSorted((a, b) => (b.epss ?? 0) - (a.epss ?? 0))[0];
  return {
    finding: {
      id: facts.id,
      task: facts.task,
      rule: facts.rule,
      title: facts.title,
      message: facts.message,
      severity: facts.priorityFacts.severity,
      confidence: facts.priorityFacts.confidence,
      status: facts.status,
      path: facts.place,
      kind: facts.priorityFacts.location.kind,
      cwe: facts.cwe,
      cve: signals.map((one) => one.cve),
      purl: facts.purl,
      labels: facts.labels,
      assignee: facts.assignee,
      age_days: Math.max(0, Math.floor((now - facts.priorityFacts.firstSeen) / DAY_MS)),
      reopened: facts.priorityFacts.reopened,
      priority: facts.priority,
      test_code: facts.testCode,
    },
    asset: {
      id: facts.asset.id,
      name: facts.asset.name,
      kind: facts.asset.kind,
      criticality: facts.priorityFacts.criticality,
      exposure: facts.priorityFacts.exposure,
    },
    kev: {
      // Without a CVE it is on no list of CVEs; with one and no list nothing is known.
      listed: signals.length === 0 ? false : dates.kev === null ? null : listed.length > 0,
      ransomware: listed.some((one) => one.ransomware === true) ? true : null,
      due_days: dues.length === 0 ? null : Math.floor((Math.min(...dues) - now) / DAY_MS),
    },
    epss: { score: worst?.epss ?? null, percentile: worst?.percentile ?? null },
    model: { confidence: null, version: null },
  };
}
