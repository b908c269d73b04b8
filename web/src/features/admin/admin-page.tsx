import { useTranslation } from 'react-i18next';
import { Navigate, Outlet } from 'react-router';
import type { Permission } from '../../api/access-types.ts';
import { useMay } from '../../app/session.ts';
import { Page } from '../../ui/page.tsx';
import { SubNav } from '../../ui/sub-nav.tsx';

const PARTS = [
  { id: 'users', needs: ['user:read'] },
  { id: 'roles', needs: ['role:read'] },
  { id: 'tokens', needs: ['token:read'] },
  { id: 'projects', needs: ['project:read', 'project:write'] },
  { id: 'plugins', needs: ['plugin:read'] },
  { id: 'settings', needs: ['config:read'] },
  { id: 'system', needs: ['system:read'] },
  { id: 'audit', needs: ['audit:read'] },
] as const satisfies readonly { id: string; needs: readonly Permission[] }[];

export function AdminPage() {
  const { t } = useTranslation();
  const parts = useParts();
  return (
    <Page title={t('admin.title')}>
      <SubNav
        label={t('admin.parts')}
        items={parts.map((part) => ({ to: `/admin/${part}`, text: t(`admin.part.${part}`) }))}
      />
      <Outlet />
    </Page>
  );
}

export function AdminStart() {
  const [first] = useParts();
  return <Navigate to={first ? `/admin/${first}` : '/'} replace />;
}

function useParts() {
  const may = useMay();
  return PARTS.filter(({ needs }) => needs.some(may)).map(({ id }) => id);
}
