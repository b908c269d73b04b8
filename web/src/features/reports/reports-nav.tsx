import { useTranslation } from 'react-i18next';
import type { Permission } from '../../api/access-types.ts';
import { useMay } from '../../app/session.ts';
import { SubNav } from '../../ui/sub-nav.tsx';

const PARTS = [
  { to: '/reports', text: 'reports', needs: 'report:read' },
  { to: '/report-templates', text: 'templates', needs: 'report:read' },
  { to: '/evidence', text: 'evidence', needs: 'report:read' },
  { to: '/compare', text: 'compare', needs: 'finding:read' },
] as const satisfies readonly { to: string; text: string; needs: Permission }[];

export function ReportsNav() {
  const { t } = useTranslation();
  const may = useMay();
  const items = PARTS.filter(({ needs }) => may(needs)).map(({ to, text }) => ({
    to,
    text: t(`reports.part.${text}`),
  }));
  return <SubNav label={t('reports.parts')} items={items} />;
}
