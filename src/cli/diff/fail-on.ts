import { DIFF_SECTIONS, type DiffSection } from '../../model/diff-section.ts';
import { atLeast, SEVERITIES, type Severity } from '../../model/severity.ts';
import { oneOf } from '../globals.ts';

export interface FailOn<Section extends string = DiffSection> {
  section: Section;
  /** As severe, or worse; undefined: any. */
  severity: Severity | undefined;
}

/** `new:high,changed` */
export function readFailOn(text: string): FailOn[];
export function readFailOn<Section extends string>(
  text: string,
  sections: readonly Section[],
): FailOn<Section>[];
export function readFailOn(text: string, sections: readonly string[] = DIFF_SECTIONS): FailOn<string>[] {
  return text
    .toLowerCase()
    .split(',')
    .map((part) => {
      const [section = '', severity] = part.trim().split(':', 2);
      return {
        section: oneOf('--fail-on', section, sections),
        severity: severity === undefined ? undefined : oneOf('--fail-on', severity, SEVERITIES),
      };
    });
}

/** What of it is there, in words. */
export function failing<Section extends string>(
  rules: readonly FailOn<Section>[],
  counts: Record<Section, { total: number; bySeverity: Record<Severity, number> }>,
): string[] {
  return rules.flatMap(({ section, severity }) => {
    const worst = SEVERITIES.filter((name) => severity === undefined || atLeast(name, severity));
    const count = worst.reduce((sum: number, name) => sum + counts[section].bySeverity[name], 0);
    if (count === 0) return [];
    const words =
      severity === undefined ? '' : ` of severity ${severity}${severity === 'critical' ? '' : ' or worse'}`;
    return [`${count} ${section}${words}`];
  });
}
