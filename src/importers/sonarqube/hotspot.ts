import * as z from 'zod';
import type { ImportedFinding } from '../importer.ts';
import { fileAt } from '../shared/place.ts';
import { severityFrom } from '../shared/severity.ts';
import { firstText, oneLine } from '../shared/text.ts';
import { rangeOf, TextRange } from './text-range.ts';

export const Hotspot = z.object({
  key: z.string().nullish(),
  component: z.string(),
  project: z.string().nullish(),
  securityCategory: z.string().nullish(),
  vulnerabilityProbability: z.string().nullish(),
  status: z.string().nullish(),
  line: z.number().nullish(),
  textRange: TextRange.nullish(),
  message: z.string().nullish(),
  ruleKey: z.string().nullish(),
});

/** A place that a person should look at: no fault until then, so its confidence is low. */
export function hotspotFinding(hotspot: z.infer<typeof Hotspot>, name?: string): ImportedFinding {
  const { component, project } = hotspot;
  const category = firstText(hotspot.securityCategory, 'others');
  const message = firstText(hotspot.message, category);
  const severity = severityFrom(hotspot.vulnerabilityProbability, 'medium');
  const path =
    project && component.startsWith(`${project}:`) ? component.slice(project.length + 1) : component;
  return {
    type: 'finding',
    rule: firstText(hotspot.ruleKey, `hotspot:${category}`),
    ruleText: {
      title: oneLine(name ?? message, 200),
      severity,
      tags: ['security-hotspot', category],
      why: message,
      fix: 'Look at the place and decide whether it is safe; SonarQube describes what to look for.',
    },
    at: fileAt(path, rangeOf(hotspot.textRange, hotspot.line)),
    key: [message],
    message: oneLine(message, 1000),
    severity,
    severityWord: hotspot.vulnerabilityProbability,
    confidence: 'low',
    ...(hotspot.key ? { toolPrints: [{ name: 'issue-key', value: hotspot.key }] } : {}),
  };
}
