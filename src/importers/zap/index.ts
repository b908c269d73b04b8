import * as z from 'zod';
import type { Confidence, Severity } from '../../model/severity.ts';
import type { ImportedFinding, Importer, JsonElement, Report, XmlElement } from '../importer.ts';
import { isXml } from '../shared/is-xml.ts';
import { hasSigns, rootElement } from '../shared/recognise.ts';
import { cweNumbers, webLinks } from '../shared/references.ts';
import { inTable } from '../shared/severity.ts';
import { firstText, oneLine, withoutTags } from '../shared/text.ts';

/** The JSON of older versions is made from their XML: what is empty there is an empty list here. */
const Text = z.preprocess(
  (value) => (Array.isArray(value) && value.length === 0 ? null : value),
  z.string().nullish(),
);
const Instance = z.object({ uri: z.string(), method: Text, param: Text, attack: Text, evidence: Text });
type Instance = z.infer<typeof Instance>;
const Alert = z.object({
  pluginid: z.string().min(1),
  alertRef: Text,
  alert: Text,
  name: Text,
  riskcode: Text,
  confidence: Text,
  desc: Text,
  solution: Text,
  reference: Text,
  cweid: Text,
  instances: z.array(z.unknown()).nullish(),
});
type Alert = z.infer<typeof Alert>;

/** Alerts that a person or a script added have this number, whatever they are about. */
const ADDED_BY_HAND = '-1';

const SEVERITIES: Record<string, Severity> = { '3': 'high', '2': 'medium', '1': 'low', '0': 'info' };
const CONFIDENCES: Record<string, Confidence> = { '1': 'low', '2': 'medium', '3': 'high', '4': 'high' };

const zap: Importer = {
  id: 'zap',
  title: 'ZAP',
  summary: 'Alerts of the traditional report of ZAP in JSON or XML, with or without requests.',
  recognise: (head) =>
    rootElement(head) === 'OWASPZAPReport'
      ? 1
      : hasSigns(head, ['json'], ['site', 'alerts', 'pluginid', 'riskcode'], 0.95) ||
        hasSigns(head, ['json'], ['@programName', 'site', 'alerts'], 0.8),
  holds: { json: [{ at: 'site', is: 'list' }], xml: ['OWASPZAPReport'] },
  async *read(report, context) {
    for await (const element of (await isXml(report)) ? alertsOfXml(report) : alertsOfJson(report)) {
      if ('site' in element) {
        if (URL.canParse(element.site)) yield { type: 'covered', at: { kind: 'origin', url: element.site } };
        continue;
      }
      const alert = context.take(Alert, element);
      if (!alert) continue;
      if (alert.confidence === '0') {
        yield { type: 'skipped', at: element.path.join('.'), reason: 'Marked as a false positive in ZAP.' };
        continue;
      }
      for (const [index, value] of (alert.instances ?? []).entries()) {
        const instance = context.take(Instance, {
          ...element,
          path: [...element.path, 'instances', index],
          value,
        });
        if (instance) yield findingOf(alert, instance);
      }
    }
  },
};
export default zap;

function findingOf(alert: Alert, instance: Instance): ImportedFinding {
  const { uri: url, method, param, evidence, attack } = instance;
  const severity = inTable(SEVERITIES, alert.riskcode) ?? 'medium';
  const confidence = inTable(CONFIDENCES, alert.confidence);
  const title = firstText(alert.name, alert.alert, `Rule ${alert.pluginid}`);
  const cwe = cweNumbers(alert.cweid);
  const references = webLinks(withoutTags(alert.reference ?? ''));
  const seen = [attack && `Attack: ${attack}`, evidence && `Evidence: ${evidence}`]
    .filter(Boolean)
    .join('\n');
  return {
    type: 'finding',
    rule: ruleOf(alert, title),
    ruleText: {
      title: oneLine(title, 200),
      severity,
      ...(cwe.length > 0 ? { cwe } : {}),
      why: firstText(withoutTags(alert.desc ?? ''), title),
      fix: firstText(
        withoutTags(alert.solution ?? ''),
        'See the page of the alert in the documentation of ZAP.',
      ),
      ...(references.length > 0 ? { references } : {}),
    },
    at: { kind: 'http', url, ...(method ? { method } : {}), ...(param ? { param } : {}) },
    key: [],
    message: oneLine(`${title}${param ? ` in ${param}` : ''}`, 500),
    severity,
    severityWord: inTable(SEVERITIES, alert.riskcode) ? undefined : alert.riskcode,
    ...(confidence ? { confidence } : {}),
    ...(seen ? { evidence: seen.slice(0, 4000) } : {}),
  };
}

function ruleOf(alert: Alert, title: string): string {
  if (alert.pluginid !== ADDED_BY_HAND) return alert.alertRef || alert.pluginid;
  const name = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return `added:${name.slice(0, 100) || 'alert'}`;
}

type Element = JsonElement | { site: string };

async function* alertsOfJson(report: Report): AsyncGenerator<Element> {
  for await (const element of report.json(['site', '*', '@name'], 'site.*.alerts.*')) {
    if (element.path[2] === '@name') yield { site: String(element.value) };
    else yield element;
  }
}

async function* alertsOfXml(report: Report): AsyncGenerator<Element> {
  let last: string | undefined;
  for await (const element of report.xml('alertitem')) {
    const site = element.parents.find(({ name }) => name === 'site')?.attributes.name;
    if (site !== undefined && site !== last) yield { site };
    last = site;
    const fields = fieldsOf(element);
    // Old versions have one address per alert, without a list.
    const instances = element.children.find(({ name }) => name === 'instances')?.children.map(fieldsOf) ?? [
      fields,
    ];
    yield { path: [`line ${element.line}`], value: { ...fields, instances }, byte: 0 };
  }
}

function fieldsOf(element: XmlElement): Record<string, string> {
  return Object.fromEntries(element.children.map(({ name, text }) => [name, text.trim()]));
}
