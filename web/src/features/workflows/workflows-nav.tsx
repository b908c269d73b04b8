import { useTranslation } from 'react-i18next';
import type { Permission } from '../../api/access-types.ts';
import { useMay } from '../../app/session.ts';
import { SubNav } from '../../ui/sub-nav.tsx';
import './facts.css';

const PARTS = [
  { to: '/workflows', text: 'workflows', needs: 'workflow:read' },
  { to: '/workflow-runs', text: 'runs', needs: 'workflow:read' },
  { to: '/schedules', text: 'schedules', needs: 'workflow:read' },
  { to: '/triggers', text: 'triggers', needs: 'workflow:read' },
  { to: '/approvals', text: 'approvals', needs: 'approval:read' },
] as const satisfies readonly { to: string; text: string; needs: Permission }[];

/** The parts of what runs by itself. */
export function WorkflowsNav() {
  const { t } = useTranslation();
  const may = useMay();
  const items = PARTS.filter(({ needs }) => may(needs)).map(({ to, text }) => ({
    to,
    text: t(`workflows.part.${text}`),
  }));
  return <SubNav label={t('workflows.parts')} items={items} />;
}
