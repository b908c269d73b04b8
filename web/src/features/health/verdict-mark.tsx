import { CircleCheck, CircleX, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Verdict } from './health-facts.ts';
import './health.css';

const ICONS = { ok: CircleCheck, warn: TriangleAlert, fail: CircleX } as const;

/** Icon and word; colour is the third signal. */
export function VerdictMark({ verdict }: { verdict: Verdict }) {
  const { t } = useTranslation();
  const Icon = ICONS[verdict];
  return (
    <span className={`verdict verdict-${verdict}`}>
      <Icon size={16} aria-hidden="true" />
      {t(`health.verdict.${verdict}`)}
    </span>
  );
}
