import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { useKeys } from '../../app/use-keys.ts';
import { Page } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { FindingDetail } from './finding-detail.tsx';
import { findingQuery } from './queries.ts';

export function FindingPage() {
  const { finding = '' } = useParams();
  const { t } = useTranslation();
  const navigate = useNavigate();
  const query = useQuery(findingQuery(finding));
  useKeys({ Escape: () => void navigate(window.history.length > 1 ? -1 : (`/findings` as never)) });
  return (
    <Page
      key={finding}
      title={query.data?.title ?? t('finding.title')}
      width="reading"
      actions={<Link to="/findings">{t('finding.all')}</Link>}
    >
      <Loaded query={query}>{query.data ? <FindingDetail finding={query.data} /> : null}</Loaded>
    </Page>
  );
}
