import { useTranslation } from 'react-i18next';
import { Outlet } from 'react-router';
import { useUser } from '../../app/session.ts';
import { Page } from '../../ui/page.tsx';
import { SubNav } from '../../ui/sub-nav.tsx';

const PARTS = ['profile', 'security', 'sessions', 'tokens'] as const;

export function AccountPage() {
  const { t } = useTranslation();
  const user = useUser();
  return (
    <Page
      title={t('accountPage.title')}
      lead={user ? `${user.name} · ${user.login}` : undefined}
      width="reading"
    >
      <SubNav
        label={t('accountPage.parts')}
        items={PARTS.map((part) => ({ to: `/account/${part}`, text: t(`accountPage.part.${part}`) }))}
      />
      <Outlet />
    </Page>
  );
}
