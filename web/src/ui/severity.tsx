import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Severity } from '../api/types.ts';
import './severity.css';

export const SEVERITIES = [
  'critical',
  'high',
  'medium',
  'low',
  'info',
] as const satisfies readonly Severity[];

/** Shape, word and form of the chip carry the severity; colour is the third signal. */
const SHAPES: Record<Severity, string> = {
  critical: 'M3.6.4h4.8l3.2 3.2v4.8l-3.2 3.2H3.6L.4 8.4V3.6zM5.2 2.6v4.2h1.6V2.6zm0 5.4v1.5h1.6V8z',
  high: 'M6 .9 11.6 10.9H.4z',
  medium: 'M6 .3 11.7 6 6 11.7.3 6z',
  low: 'M6 1a5 5 0 1 0 0 10A5 5 0 0 0 6 1z',
  info: 'M1.5 1.5h9v9h-9z',
};

export function SeverityIcon({ severity, size = 12 }: { severity: Severity; size?: number }) {
  return (
    <svg
      className={`sev-icon sev-icon-${severity}`}
      width={size}
      height={size}
      viewBox="0 0 12 12"
      aria-hidden="true"
    >
      <path d={SHAPES[severity]} fillRule="evenodd" />
    </svg>
  );
}

export function SeverityChip({ severity }: { severity: Severity }) {
  const { t } = useTranslation();
  return severityChip(severity, t(`severity.${severity}`));
}

/** The same for rows, which have their words from their list. */
export function severityChip(severity: Severity, word: string): ReactNode {
  return (
    <span className={`sev sev-${severity}`}>
      <SeverityIcon severity={severity} size={10} />
      {word}
    </span>
  );
}
