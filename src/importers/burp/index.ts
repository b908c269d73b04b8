import * as z from 'zod';
import type { ImportedFinding, Importer, XmlElement } from '../importer.ts';
import { rootElement } from '../shared/recognise.ts';
import { cweNumbers, webLinks } from '../shared/references.ts';
import { confidenceFrom, severityFrom } from '../shared/severity.ts';
import { firstText, oneLine, withoutTags } from '../shared/text.ts';

const Issue = z.object({
  type: z.string().min(1),
  name: z.string().min(1),
  host: z.string().min(1),
  path: z.string().optional(),
  location: z.string().optional(),
  severity: z.string().optional(),
  confidence: z.string().optional(),
  issueBackground: z.string().optional(),
  remediationBackground: z.string().optional(),
  issueDetail: z.string().optional(),
  remediationDetail: z.string().optional(),
  references: z.string().optional(),
  vulnerabilityClassifications: z.string().optional(),
  /** Of the first request: it is what a reader sees of requests, which hold cookies and passwords. */
  method: z.string().optional(),
});
type Issue = z.infer<typeof Issue>;

const burp: Importer = {
  id: 'burp',
  title: 'Burp Suite',
  summary: 'Issues of a report of Burp Suite in XML.',
  recognise: (head) => (rootElement(head) === 'issues' && head.text.includes('burpVersion') ? 1 : 0),
  holds: { xml: ['issues'] },
  async *read(report, context) {
    for await (const element of report.xml('issue')) {
      const at = `line ${element.line}`;
      const issue = context.take(Issue, { path: [at], value: fieldsOf(element), byte: 0 });
      if (!issue) continue;
      if (/false positive/i.test(issue.severity ?? ''))
        yield { type: 'skipped', at, reason: 'Marked as a false positive in Burp.' };
      else yield findingOf(issue);
    }
  },
};
export default burp;

function findingOf(issue: Issue): ImportedFinding {
  const cwe = cweNumbers(issue.vulnerabilityClassifications);
  const severity = severityFrom(issue.severity, 'medium');
  const confidence = confidenceFrom(issue.confidence);
  const references = webLinks(linksOf(issue.references), linksOf(issue.vulnerabilityClassifications));
  const param = parameterOf(issue.location ?? '');
  const detail = withoutTags(issue.issueDetail ?? '');
  const path = issue.path ?? '/';
  return {
    type: 'finding',
    rule: issue.type,
    ruleText: {
      title: oneLine(issue.name, 200),
      severity,
      ...(cwe.length > 0 ? { cwe } : {}),
      why: firstText(withoutTags(issue.issueBackground ?? ''), detail, issue.name),
      fix: firstText(
        withoutTags(issue.remediationBackground ?? ''),
        withoutTags(issue.remediationDetail ?? ''),
        'See the description of the issue in the documentation of Burp Suite.',
      ),
      ...(references.length > 0 ? { references } : {}),
    },
    at: {
      kind: 'http',
      url: `${issue.host.replace(/\/+$/, '')}${path.startsWith('/') ? '' : '/'}${path}`,
      ...(issue.method ? { method: issue.method } : {}),
      ...(param ? { param } : {}),
    },
    key: [],
    message: oneLine(`${issue.name}${param ? ` in ${param}` : ''}`, 500),
    severity,
    severityWord: issue.severity,
    ...(confidence ? { confidence } : {}),
    ...(detail ? { evidence: detail.slice(0, 4000) } : {}),
  };
}

function fieldsOf(issue: XmlElement): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const { name, text, children } of issue.children) {
    if (name === 'requestresponse') {
      const method = children.find((child) => child.name === 'request')?.attributes.method;
      if (method && !('method' in fields)) fields.method = method;
    } else if (!(name in fields)) fields[name] = text.trim();
  }
  return fields;
}

function linksOf(html: string | undefined): string[] {
  return [...(html ?? '').matchAll(/href="([^"]+)"/g)].map((match) => match[1] ?? '');
}

/** The name in `/login [user parameter]`. */
function parameterOf(location: string): string | undefined {
  const text = location.trimEnd();
  const start = text.indexOf(' [');
  if (start < 0 || !text.endsWith(']')) return undefined;
  return /^(?:the )?(.+?)(?: JSON)? (?:parameter|cookie|header)$/i.exec(text.slice(start + 2, -1))?.[1];
}
