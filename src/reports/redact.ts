import { createHash } from 'node:crypto';
import { extname } from 'node:path/posix';
import type { Location } from '../model/location.ts';
import { type ReportFinding, type ReportHead, ruleKey } from './model.ts';
import type { Snapshot } from './snapshot/read-snapshot.ts';

/** For readers outside: no code, no evidence, no names of files, hosts, people; what is wrong and how bad it is stays. */
export function redacted(snapshot: Snapshot): Snapshot {
  return {
    head: redactedHead(snapshot.head),
    async *findings() {
      for await (const finding of snapshot.findings()) yield redactedFinding(finding, snapshot.head);
    },
  };
}

function redactedHead(head: ReportHead): ReportHead {
  const assets = Object.fromEntries(
    Object.keys(head.assets).map((id) => [id, `asset ${pseudonym(id, head.report)}`]),
  );
  return {
    ...head,
    assets,
    actor: '',
    scope: 'what was chosen of the findings of the project',
    about: redactedAbout(head.about),
    sections: head.sections.map((section) => ({ ...section, run: null })),
    notes: [],
    problems:
      head.problems.length === 0
        ? []
        : ['Some places could not be looked at: what is there is not in this report.'],
  };
}

function redactedAbout(about: ReportHead['about']): ReportHead['about'] {
  if (about.kind === 'query') return { kind: 'query', q: '' };
  return about.kind === 'file' ? { ...about, name: '' } : about;
}

export function redactedFinding(
  finding: ReportFinding,
  { report, rules }: Pick<ReportHead, 'report' | 'rules'>,
): ReportFinding {
  return {
    ...finding,
    // Messages and titles of single findings quote names and values.
    message: '',
    title: rules[ruleKey(finding)]?.title ?? finding.rule,
    location: redactedLocation(finding.location, report),
    evidence: null,
    excerpt: null,
    flow: [],
    about: finding.about.filter(
      ({ kind }) =>
        kind === 'cve' || kind === 'ghsa' || kind === 'osv' || kind === 'cwe' || kind === 'technique',
    ),
    assignee: null,
    labels: [],
    decision: finding.decision && { ...finding.decision, actor: '', comment: null },
    prints: {},
  };
}

/** The same place has the same name within one report, and another one in the next. */
function redactedLocation(at: Location, key: string): Location {
  const path = (text: string) =>
    `file-${pseudonym(text, key)}${/^\.[a-z0-9]{1,5}$/i.exec(extname(text))?.[0] ?? ''}`;
  const name = (text: string) => pseudonym(text, key);
  switch (at.kind) {
    case 'file':
      return { kind: 'file', path: path(at.path), ...(at.region ? { region: at.region } : {}) };
    case 'package':
      return { kind: 'package', purl: at.purl };
    case 'http':
      return {
        kind: 'http',
        url: `https://host-${name(URL.parse(at.url)?.host ?? at.url)}.invalid/${name(at.url)}`,
      };
    case 'resource':
      return { kind: 'resource', address: `resource-${name(at.address)}` };
    case 'contract':
      return { kind: 'contract', address: `contract-${name(at.address ?? at.file ?? '')}` };
    case 'host':
      return {
        kind: 'host',
        name: `host-${name(at.name)}`,
        ...(at.port === undefined ? {} : { port: at.port }),
      };
    case 'log':
      return { kind: 'log', source: `log-${name(at.source)}` };
    case 'binary':
      return { kind: 'binary', path: path(at.path) };
  }
}

function pseudonym(text: string, key: string): string {
  return createHash('sha256').update(`${key}\0${text}`).digest('hex').slice(0, 8);
}
