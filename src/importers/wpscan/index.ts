import * as z from 'zod';
import type { ImportedFinding, Importer, JsonElement } from '../importer.ts';
import { hasSigns } from '../shared/recognise.ts';
import { referencesTo, webLinks } from '../shared/references.ts';
import { severityFrom } from '../shared/severity.ts';
import { oneLine } from '../shared/text.ts';

const Links = z.record(z.string(), z.array(z.union([z.string(), z.number()]))).nullish();
const Vulnerability = z.object({
  title: z.string().min(1),
  fixed_in: z.string().nullish(),
  cvss: z.object({ score: z.coerce.number().nullish().catch(undefined) }).nullish(),
  references: Links,
});
const Component = z.object({
  slug: z.string().nullish(),
  number: z.string().nullish(),
  status: z.string().nullish(),
  location: z.string().nullish(),
  outdated: z.boolean().nullish(),
  latest_version: z.string().nullish(),
  version: z.object({ number: z.string().nullish() }).nullish().catch(undefined),
  vulnerabilities: z.array(z.unknown()).nullish(),
});
type Component = z.infer<typeof Component>;
const Interesting = z.object({
  url: z.string().nullish(),
  to_s: z.string().min(1),
  type: z.string().nullish(),
  confidence: z.number().nullish(),
  references: Links,
});

const wpscan: Importer = {
  id: 'wpscan',
  title: 'WPScan',
  summary: 'Findings about WordPress of `wpscan --format json`.',
  recognise: (head) =>
    hasSigns(head, ['json'], ['target_url', 'interesting_findings'], 0.95) ||
    hasSigns(head, ['json'], ['banner', 'target_url', 'effective_url'], 0.9),
  holds: {
    json: [
      { at: 'interesting_findings', is: 'list', orNull: true },
      { at: 'scan_aborted', is: 'anything' },
    ],
  },
  async *read(report, context) {
    let target = '';
    const paths = [
      'target_url',
      'effective_url',
      'scan_aborted',
      'interesting_findings.*',
      'version',
      'main_theme',
    ];
    for await (const element of report.json(...paths, 'plugins.*', 'themes.*')) {
      const [kind] = element.path;
      if (kind === 'target_url' || kind === 'effective_url') {
        target ||= String(element.value);
      } else if (kind === 'scan_aborted') {
        context.problem('scan_aborted', `WPScan gave up: ${oneLine(String(element.value))}`);
      } else if (kind === 'interesting_findings') {
        const found = context.take(Interesting, element);
        if (found) yield interestingFinding(found, target);
      } else if (element.value !== null) {
        yield* componentFindings(element, target);
      }
    }
    if (URL.canParse(target)) yield { type: 'covered', at: { kind: 'origin', url: target } };

    function* componentFindings(element: JsonElement, site: string): Generator<ImportedFinding> {
      const component = context.take(Component, element);
      if (!component) return;
      const what = nameOf(element, component);
      if (component.outdated || component.status === 'insecure') yield outdatedFinding(component, what, site);
      for (const [index, value] of (component.vulnerabilities ?? []).entries()) {
        const path = [...element.path, 'vulnerabilities', index];
        const found = context.take(Vulnerability, { ...element, path, value });
        if (found) yield vulnerabilityFinding(found, what, component.location || site);
      }
    }
  },
};
export default wpscan;

function nameOf({ path }: JsonElement, component: Component): string {
  if (path[0] === 'version') return `WordPress ${component.number ?? ''}`.trim();
  const kind = path[0] === 'plugins' ? 'plug-in' : 'theme';
  const slug = component.slug || String(path[1] ?? 'unknown');
  return `${kind} ${slug} ${component.version?.number ?? ''}`.trim();
}

function vulnerabilityFinding(
  found: z.infer<typeof Vulnerability>,
  what: string,
  url: string,
): ImportedFinding {
  const references = linksOf(found.references);
  const cves = (found.references?.cve ?? []).map((number) => `CVE-${String(number).replace(/^CVE-/i, '')}`);
  const score = found.cvss?.score;
  const severity = severityFrom(undefined, 'medium', score);
  return {
    type: 'finding',
    rule: String(found.references?.wpvulndb?.[0] ?? cves[0] ?? found.title),
    ruleText: {
      title: oneLine(found.title, 200),
      severity,
      ...(score ? {} : { tags: ['severity-not-given'] }),
      why: found.title,
      fix: found.fixed_in
        ? `Update to version ${found.fixed_in} or a later one.`
        : 'No fixed version is known: remove the component, or protect it.',
      ...(references.length > 0 ? { references } : {}),
    },
    at: { kind: 'http', url },
    key: [what.replace(/ [\d.]+\S*$/, '')],
    message: oneLine(`${what}: ${found.title}`, 500),
    severity,
    about: referencesTo(cves),
  };
}

function outdatedFinding(component: Component, what: string, site: string): ImportedFinding {
  return {
    type: 'finding',
    rule: 'outdated',
    ruleText: {
      title: 'Outdated part of WordPress',
      severity: 'low',
      why: 'Old versions have known faults, or get no repairs any more.',
      fix: 'Update to the newest version.',
    },
    at: { kind: 'http', url: component.location || site },
    key: [what.replace(/ [\d.]+\S*$/, '')],
    message: `${what} is outdated${component.latest_version ? `: the newest version is ${component.latest_version}` : ''}.`,
  };
}

function interestingFinding(found: z.infer<typeof Interesting>, site: string): ImportedFinding {
  const references = linksOf(found.references);
  return {
    type: 'finding',
    rule: found.type || 'interesting-finding',
    ruleText: {
      title: oneLine((found.type ?? 'interesting finding').replaceAll('_', ' '), 200),
      severity: 'info',
      why: 'The site tells something about itself that helps an attacker.',
      fix: 'Decide whether it has to be public, and hide it if not.',
      ...(references.length > 0 ? { references } : {}),
    },
    at: { kind: 'http', url: found.url || site },
    key: [found.type ? '' : found.to_s],
    message: oneLine(found.to_s, 500),
    confidence: (found.confidence ?? 100) >= 80 ? 'high' : (found.confidence ?? 0) >= 40 ? 'medium' : 'low',
  };
}

function linksOf(references: z.infer<typeof Links>): string[] {
  return webLinks(Object.values(references ?? {}).flat());
}
