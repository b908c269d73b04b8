import type { ImportedFinding, XmlElement } from '../importer.ts';
import { referencesTo, webLinks } from '../shared/references.ts';
import { severityFrom } from '../shared/severity.ts';
import { oneLine } from '../shared/text.ts';
import type { HostPlace } from './open-port.ts';

/** What the scripts found at a port or host. Only what says that something is vulnerable: the rest is a description. */
export function* scriptFindings(
  elements: readonly XmlElement[],
  place: HostPlace,
): Generator<ImportedFinding> {
  for (const script of elements) {
    const id = script.attributes.id;
    if (script.name !== 'script' || !id) continue;
    const output = script.attributes.output ?? '';
    const tables = script.children.filter(({ name }) => name === 'table');
    const told = tables.flatMap((table) =>
      id === 'vulners'
        ? table.children.flatMap((row) => advisory(row, place) ?? [])
        : (vulnerability(id, table, place) ?? []),
    );
    yield* told;
    if (told.length === 0 && /^[ \t]*(?:State: )?(?:LIKELY )?VULNERABLE\b/m.test(output))
      yield plain(id, output, place);
  }
}

/** A table of nmap's library `vulns`: `title`, `state`, `ids`, `description`, `refs`, `risk_factor`, `scores`. */
function vulnerability(script: string, table: XmlElement, place: HostPlace): ImportedFinding | undefined {
  const state = textIn(table, 'state');
  const title = textIn(table, 'title');
  if (!state || !title || !/VULNERABLE|EXPLOITABLE/.test(state) || state.startsWith('NOT')) return undefined;
  const ids = listOf(table, 'ids').map((text) => text.replace(/^CVE:(?=CVE-)/, ''));
  const key = table.attributes.key ?? '';
  const references = webLinks(listOf(table, 'refs'));
  const severity = severityFrom(textIn(table, 'risk_factor'), 'high');
  return {
    type: 'finding',
    rule: key ? `${script}/${key}` : script,
    ruleText: {
      title: oneLine(title, 200),
      severity,
      why: listOf(table, 'description').join('\n') || title,
      fix: 'Update the service, or change its configuration as the references say.',
      ...(references.length > 0 ? { references } : {}),
    },
    at: { kind: 'host', ...place },
    key: [],
    message: oneLine(`${title} (${state})`, 500),
    severity,
    confidence: /LIKELY/.test(state) ? 'low' : 'high',
    evidence: [...listOf(table, 'check_results'), ...listOf(table, 'extra_info')].join('\n').slice(0, 4000),
    about: referencesTo([...ids, key]),
  };
}

/** A row of the script `vulners`: what is known about this version, without a look at the service. */
function advisory(row: XmlElement, place: HostPlace): ImportedFinding | undefined {
  const id = textIn(row, 'id');
  if (!id) return undefined;
  const score = Number(textIn(row, 'cvss'));
  const severity = severityFrom(undefined, 'medium', score);
  return {
    type: 'finding',
    rule: id,
    ruleText: {
      title: `${id} in the version that the service says it has`,
      severity,
      why: 'The version of the service is listed as vulnerable. Distributions repair without a new version number.',
      fix: 'Find out whether the installed package has the repair, and update it if not.',
      references: [`https://vulners.com/${textIn(row, 'type') ?? 'cve'}/${encodeURIComponent(id)}`],
    },
    at: { kind: 'host', ...place },
    key: [],
    severity,
    confidence: 'low',
    about: referencesTo([id]),
  };
}

function plain(script: string, output: string, place: HostPlace): ImportedFinding {
  return {
    type: 'finding',
    rule: script,
    ruleText: {
      title: `Found by the script ${script}`,
      severity: 'high',
      why: `The script ${script} of Nmap says that the service is vulnerable.`,
      fix: 'Update the service, or change its configuration.',
      references: [`https://nmap.org/nsedoc/scripts/${encodeURIComponent(script)}.html`],
    },
    at: { kind: 'host', ...place },
    key: [],
    confidence: /LIKELY VULNERABLE/.test(output) ? 'low' : 'medium',
    evidence: output.slice(0, 4000),
    about: referencesTo(output.match(/CVE-\d{4}-\d{4,}/g) ?? []),
  };
}

function textIn(table: XmlElement, key: string): string | undefined {
  const found = table.children.find(({ name, attributes }) => name === 'elem' && attributes.key === key);
  return found?.text.trim() || undefined;
}

function listOf(table: XmlElement, key: string): string[] {
  const list = table.children.find(({ name, attributes }) => name === 'table' && attributes.key === key);
  return (list?.children ?? []).map(({ text }) => text.trim()).filter((text) => text !== '');
}
