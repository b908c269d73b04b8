import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { rowTime, useRowClock } from '../../ui/row-time.tsx';

/** A calendar with a clock in one path: rows of a long list have it. */
const CALENDAR =
  'M8 2v3M16 2v3M3 9h6M21 7V5a2 2 0 0 0-2-2H5a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h2M16 14v2l1.5 1M22 16a6 6 0 1 1-12 0 6 6 0 0 1 12 0z';

/** When the policy wants it closed, and whether that is over: said with an icon and a word. */
export function Due({ due, open }: { due: number; open: boolean }) {
  const { t } = useTranslation();
  return dueTime({ due, open, now: useRowClock(), say: t });
}

interface DueTime {
  due: number;
  open: boolean;
  now: number;
  say: (key: 'triage.due' | 'triage.overdue') => string;
}

/** The same for rows that are given the time and the words. */
export function dueTime({ due, open, now, say }: DueTime): ReactNode {
  const over = open && due < now;
  return (
    <span className={over ? 'due due-over' : 'due'}>
      <svg className="due-icon" width={13} height={13} viewBox="0 0 24 24" aria-hidden="true">
        <path d={CALENDAR} />
      </svg>
      {say(over ? 'triage.overdue' : 'triage.due')} {rowTime(due, now)}
    </span>
  );
}

export const isOpen = (status: string): boolean => status === 'open' || status === 'confirmed';
