import { CalendarClock } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { RowWhen } from '../../ui/row-time.tsx';

/** When the policy wants it closed, and whether that is over: said with an icon and a word. */
export function Due({ due, open }: { due: number; open: boolean }) {
  const { t } = useTranslation();
  const over = open && due < Date.now();
  return (
    <span className={over ? 'due due-over' : 'due'}>
      <CalendarClock size={13} aria-hidden="true" />
      {t(over ? 'triage.overdue' : 'triage.due')} <RowWhen time={due} />
    </span>
  );
}

export const isOpen = (status: string): boolean => status === 'open' || status === 'confirmed';
