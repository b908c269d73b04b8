import { useTranslation } from 'react-i18next';
import { Navigate, Outlet } from 'react-router';
import { PROJECT_PARTS } from '../../app/parts.ts';
import { useMay, useUser } from '../../app/session.ts';
import { Page } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { SubNav } from '../../ui/sub-nav.tsx';

/** What belongs to the project that one works in. */
export function ProjectPage() {
  const { t } = useTranslation();
  const parts = useParts();
  const user = useUser();
  const name = user?.projects.find(({ id }) => id === user.project)?.name;
  return (
    <Page
      title={t('projectPage.title')}
      lead={name ? t('projectPage.lead', { name }) : undefined}
      width="reading"
    >
      <SubNav
        label={t('projectPage.parts')}
        items={parts.map((part) => ({ to: `/project/${part}`, text: t(`projectPage.part.${part}`) }))}
      />
      <Outlet />
    </Page>
  );
}

export function ProjectStart() {
  const { t } = useTranslation();
  const [first] = useParts();
  if (!first) return <Empty title={t('projectPage.none')} />;
  return <Navigate to={`/project/${first}`} replace />;
}

function useParts() {
  const may = useMay();
  return PROJECT_PARTS.filter(({ needs }) => needs.some(may)).map(({ id }) => id);
}
