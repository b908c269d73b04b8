import * as z from 'zod';
import type { ImportedFinding, Importer, XmlElement } from '../importer.ts';
import { isXml } from '../shared/is-xml.ts';
import { hasSigns, rootElement } from '../shared/recognise.ts';
import { cweNumbers, referencesTo, webLinks } from '../shared/references.ts';
import { firstSentence, oneLine } from '../shared/text.ts';

const Item = z.object({
  id: z.union([z.string(), z.number()]),
  method: z.string().nullish(),
  url: z.string().nullish(),
  msg: z.string(),
  references: z.string().nullish(),
  OSVDB: z.union([z.string(), z.number()]).nullish(),
});
type Item = z.infer<typeof Item>;

const nikto: Importer = {
  id: 'nikto',
  title: 'Nikto',
  summary: 'Findings of `nikto -Format xml` or `-Format json`.',
  recognise: (head) => {
    if (rootElement(head) === 'niktoscan' || rootElement(head) === 'niktoscans') return 1;
    // Version 2.6 says `server_banner` where 2.5 says `banner`.
    return Math.max(
      ...['banner', 'server_banner'].map((banner) =>
        hasSigns(head, ['json', 'jsonl'], ['host', 'port', banner, 'vulnerabilities'], 0.9),
      ),
    );
  },
  holds: {
    json: [
      { at: 'vulnerabilities', is: 'list' },
      { at: '', is: 'list' },
    ],
    xml: ['niktoscan', 'niktoscans'],
  },
  async *read(report, context) {
    if (await isXml(report)) {
      for await (const element of report.xml('item')) {
        const item = context.take(Item, { path: [`line ${element.line}`], value: itemOf(element), byte: 0 });
        if (item) yield findingOf(item, item.url || '/');
      }
      return;
    }
    let at = { host: '', port: '' };
    const names = ['vulnerabilities.*', 'host', 'port'];
    // Newer versions write a list of hosts.
    for await (const element of report.json(...names, ...names.map((name) => `*.${name}`))) {
      const name = element.path.at(-1);
      if (name === 'host' || name === 'port') at = { ...at, [name]: String(element.value) };
      else {
        const item = context.take(Item, element);
        if (item) yield findingOf(item, addressOf(at, item.url ?? '/'));
      }
    }
  },
};
export default nikto;

function findingOf(item: Item, url: string): ImportedFinding {
  const references = webLinks(item.references);
  const cwe = cweNumbers(item.references);
  const known = String(item.OSVDB ?? '0') !== '0';
  const method = item.method?.toUpperCase();
  return {
    type: 'finding',
    rule: String(item.id),
    ruleText: {
      title: firstSentence(item.msg),
      // Nikto has no severities. What has a number in a database is more than a remark.
      severity: known ? 'medium' : 'low',
      ...(cwe.length > 0 ? { cwe } : {}),
      tags: ['severity-not-given'],
      why: item.msg,
      fix: 'Look at the address: remove what should not be there, or change the configuration of the server.',
      ...(references.length > 0 ? { references } : {}),
    },
    at: { kind: 'http', url, ...(method && method !== 'GET' ? { method } : {}) },
    key: [item.msg],
    message: oneLine(item.msg, 1000),
    confidence: 'medium',
    about: referencesTo(`${item.msg} ${item.references ?? ''}`.match(/CVE-\d{4}-\d{4,}/gi) ?? []),
  };
}

function itemOf({ attributes, children, parents }: XmlElement): Record<string, unknown> {
  const text = (name: string) => children.find((child) => child.name === name)?.text.trim() ?? '';
  const description = text('description');
  const path = text('uri');
  const site = parents.find(({ name }) => name === 'scandetails')?.attributes.sitename ?? '';
  return {
    id: attributes.id,
    method: attributes.method,
    OSVDB: attributes.osvdbid,
    // Version 2.6 leaves the links empty: the site stands above, and the description begins with the path, which in JSON it does not.
    url: text('namelink') || text('iplink') || joined(site, path),
    msg: path && description.startsWith(`${path}: `) ? description.slice(path.length + 2) : description,
    references: text('references'),
  };
}

function joined(site: string, path: string): string {
  if (!/^https?:/i.test(site) || /^https?:/i.test(path)) return path;
  return `${site.replace(/\/+$/, '')}${path.startsWith('/') ? '' : '/'}${path}`;
}

function addressOf({ host, port }: { host: string; port: string }, path: string): string {
  if (/^https?:/i.test(path)) return path;
  const secure = port === '443' || port === '8443';
  const usual = port === (secure ? '443' : '80') || port === '';
  const name = host.includes(':') ? `[${host}]` : host;
  return `${secure ? 'https' : 'http'}://${name}${usual ? '' : `:${port}`}${path.startsWith('/') ? '' : '/'}${path}`;
}
