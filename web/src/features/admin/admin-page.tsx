import { useTranslation } from 'react-i18next';
import { Navigate, Outlet } from 'react-router';
import { ADMIN_PARTS } from '../../app/parts.ts';
import { useMay } from '../../app/session.ts';
import { Page } from '../../ui/page.tsx';
import { SubNav } from '../../ui/sub-nav.tsx';

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
  return ADMIN_PARTS.filter(({ needs }) => needs.some(may)).map(({ id }) => id);
}
