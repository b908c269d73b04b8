import { DIFF_SECTIONS, type DiffSection } from '../../model/diff-section.ts';
import { atLeast, SEVERITIES, type Severity } from '../../model/severity.ts';
import { oneOf } from '../globals.ts';

export interface FailOn {
  section: DiffSection;
  /** As severe, or worse; undefined: any. */
  severity: Severity | undefined;
}

/** `new:high,changed` */
export function readFailOn(text: string): FailOn[] {
  return text
    .toLowerCase()
    .split(',')
    .map((part) => {
      const [section = '', severity] = part.trim().split(':', 2);
      return {
        section: oneOf('--fail-on', section, DIFF_SECTIONS),
        severity: severity === undefined ? undefined : oneOf('--fail-on', severity, SEVERITIES),
      };
    });
}

/** What of it is there, in words. */
export function failing(
  rules: readonly FailOn[],
  counts: Record<DiffSection, { total: number; bySeverity: Record<Severity, number> }>,
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
