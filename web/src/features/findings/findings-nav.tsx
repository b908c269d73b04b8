import { useTranslation } from 'react-i18next';
import type { Permission } from '../../api/access-types.ts';
import { useMay } from '../../app/session.ts';
import { SubNav } from '../../ui/sub-nav.tsx';

const PARTS = [
  { id: 'imports', needs: 'finding:read' },
  { id: 'closings', needs: 'finding:read' },
  { id: 'suppressions', needs: 'suppression:read' },
  { id: 'acceptances', needs: 'finding:read' },
  { id: 'changes', needs: 'finding:read' },
] as const satisfies readonly { id: string; needs: Permission }[];

/** The list itself, and what has to do with all findings. */
export function FindingsNav() {
  const { t } = useTranslation();
  const may = useMay();
  const items = PARTS.filter(({ needs }) => may(needs)).map(({ id }) => ({
    to: `/findings/${id}`,
    text: t(`findingParts.${id}`),
  }));
  return (
    <SubNav
      label={t('findingParts.title')}
      items={[{ to: '/findings', text: t('findingParts.list'), end: true }, ...items]}
    />
  );
}
