import { Cpu, Eye, Globe, type LucideIcon, PencilLine } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { TaskSummary } from '../../api/types.ts';
import './task-facts.css';

type Fact = 'readsFiles' | 'contactsHost' | 'changesTarget' | 'computes';

const ICONS: Record<Fact, LucideIcon> = {
  readsFiles: Eye,
  contactsHost: Globe,
  changesTarget: PencilLine,
  computes: Cpu,
};

/** What a task does to the outside, in words: seen before it runs, enforced while it runs. */
function factsOf(task: Pick<TaskSummary, 'needs' | 'touches'>): Fact[] {
  const facts: Fact[] = [];
  if (task.needs.includes('read')) facts.push('readsFiles');
  if (task.needs.includes('net')) facts.push('contactsHost');
  if (task.touches === 'changes-target') facts.push('changesTarget');
  return facts.length > 0 ? facts : ['computes'];
}

export function TaskFacts({ task }: { task: TaskSummary }) {
  const { t } = useTranslation();
  return (
    <ul className="task-facts">
      {factsOf(task).map((fact) => {
        const Icon = ICONS[fact];
        return (
          <li key={fact}>
            <Icon size={14} aria-hidden="true" />
            {t(`touches.${fact}`)}
          </li>
        );
      })}
    </ul>
  );
}
