import { useTranslation } from 'react-i18next';
import { Link, useRouteError } from 'react-router';
import { Page } from '../ui/page.tsx';
import { PlainButton } from '../ui/plain-button.tsx';
import { Empty } from '../ui/states.tsx';

/** A page that broke, or whose code is from before an upgrade of the server. */
export function RouteFailure() {
  const { t } = useTranslation();
  const error = useRouteError();
  return (
    <main>
      <Page title={t('failure.title')} width="reading">
        <Empty
          title={t('failure.what')}
          action={
            <PlainButton variant="contained" onClick={() => window.location.reload()}>
              {t('failure.reload')}
            </PlainButton>
          }
        >
          {error instanceof Error ? error.message : t('state.unexpected')}
        </Empty>
      </Page>
    </main>
  );
}

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Page title={t('notFound.title')} width="reading">
      <Empty title={t('notFound.what')} action={<Link to="/">{t('notFound.home')}</Link>} />
    </Page>
  );
}
