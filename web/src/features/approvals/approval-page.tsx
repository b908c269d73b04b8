import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { Page } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { approvalQuery } from '../workflows/queries.ts';
import { useWorkflowsRefresh } from '../workflows/use-workflows-refresh.ts';
import { ApprovalCard } from './approval-card.tsx';
import { ApprovalState } from './approval-state.tsx';

/** Where a link in a message leads: one question, answered in one place. */
export function ApprovalPage() {
  const { t } = useTranslation();
  const { approval: id = '' } = useParams();
  const query = useQuery(approvalQuery(id));
  useWorkflowsRefresh();
  const approval = query.data;
  return (
    <Page title={t('approval.one')} width="reading">
      <Loaded query={query} rows={3}>
        {approval ? (
          <>
            {approval.status === 'pending' ? <ApprovalCard approval={approval} /> : null}
            <dl className="facts">
              <dt>{t('approval.state')}</dt>
              <dd>
                <ApprovalState approval={approval} />
              </dd>
              <dt>{t('approval.workflow')}</dt>
              <dd className="break">{approval.workflow}</dd>
              <dt>{t('approval.step')}</dt>
              <dd className="break">
                <Link to={`/workflow-runs/${approval.run}?step=${encodeURIComponent(approval.step)}`}>
                  {approval.step}
                </Link>
              </dd>
              <dt>{t('approval.asked')}</dt>
              <dd>
                <When time={approval.requested} />
              </dd>
              {approval.decided ? (
                <>
                  <dt>{t('approval.decided')}</dt>
                  <dd>
                    <When time={approval.decided} />
                  </dd>
                </>
              ) : null}
              {approval.comment ? (
                <>
                  <dt>{t('approval.comment')}</dt>
                  <dd className="break">{approval.comment}</dd>
                </>
              ) : null}
            </dl>
            <p>
              <Link to="/approvals">{t('approval.all')}</Link>
            </p>
          </>
        ) : null}
      </Loaded>
    </Page>
  );
}
