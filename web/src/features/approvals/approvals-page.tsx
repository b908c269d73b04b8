import Button from '@mui/material/Button';
import { useInfiniteQuery } from '@tanstack/react-query';
import { UserCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { useMay } from '../../app/session.ts';
import { Facet } from '../../ui/facet.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { AcceptanceRow } from '../acceptances/acceptance-row.tsx';
import { useAcceptances } from '../acceptances/queries.ts';
import { PagedList } from '../findings/paged-list.tsx';
import { approvalsQuery } from '../workflows/queries.ts';
import type { Approval } from '../workflows/types.ts';
import { Until } from '../workflows/until.tsx';
import { useWorkflowsRefresh } from '../workflows/use-workflows-refresh.ts';
import { WorkflowsNav } from '../workflows/workflows-nav.tsx';
import { Decide } from './approval-card.tsx';
import { ApprovalState } from './approval-state.tsx';
import '../../ui/rows.css';
import './approvals.css';

/** What waits for a person, newest first; and what has been decided. */
export function ApprovalsPage() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const all = search.get('show') === 'all';
  const may = useMay();
  const mayRead = may('approval:read');
  const query = useInfiniteQuery({ ...approvalsQuery(all ? 'all' : 'pending'), enabled: mayRead });
  useWorkflowsRefresh();
  const approvals = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page title={t('approval.title')} lead={t('approval.lead')}>
      <WorkflowsNav />
      <Acceptances />
      {mayRead ? (
        <>
          <Facet
            label={t('approval.show')}
            options={[{ value: 'all', label: t('approval.decidedToo') }]}
            chosen={all ? ['all'] : []}
            onChange={(values) => setSearch(values.length > 0 ? { show: 'all' } : {}, { replace: true })}
          />
          <Loaded query={query}>
            {approvals.length === 0 ? (
              <Empty title={t('approval.none')} icon={<UserCheck size={22} />}>
                {t('approval.noneHint')}
              </Empty>
            ) : (
              <ul className="card rows" aria-label={t('approval.title')}>
                {approvals.map((approval) => (
                  <Row key={approval.id} approval={approval} />
                ))}
              </ul>
            )}
            {query.hasNextPage ? (
              <div className="rows-foot">
                <Button onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>
                  {t('action.more')}
                </Button>
              </div>
            ) : null}
          </Loaded>
        </>
      ) : null}
    </Page>
  );
}

/** A risk waits for a second person as well: nobody looks for it under the findings. */
function Acceptances() {
  const { t } = useTranslation();
  const may = useMay();
  const query = useAcceptances('pending', may('finding:read'));
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (items.length === 0) return null;
  return (
    <Section
      title={t('approval.risks')}
      aside={<Link to="/findings/acceptances">{t('findingParts.acceptances')}</Link>}
    >
      <PagedList
        query={query}
        label={t('approval.risks')}
        keyOf={({ id }) => id}
        empty={null}
        row={(one) => <AcceptanceRow one={one} />}
      />
    </Section>
  );
}

function Row({ approval }: { approval: Approval }) {
  const { t } = useTranslation();
  const pending = approval.status === 'pending';
  return (
    <li className="approval-row">
      <div className="rows-main">
        <div className="rows-title">
          <Link to={`/approvals/${approval.id}`}>
            {approval.workflow} · {approval.step}
          </Link>
          <ApprovalState approval={approval} />
        </div>
        {approval.message ? <p className="approval-message">{approval.message}</p> : null}
        <div className="rows-facts">
          <span>
            {t('approval.asked')} <When time={approval.requested} />
          </span>
          {pending && approval.expires ? (
            <span>
              {t('approval.expires')} <Until time={approval.expires} />
            </span>
          ) : null}
          {approval.roles.length > 0 ? (
            <span>{t('approval.roles', { roles: approval.roles.join(', ') })}</span>
          ) : null}
          {approval.comment ? <span className="break">“{approval.comment}”</span> : null}
          <Link to={`/workflow-runs/${approval.run}`}>{t('approval.run')}</Link>
        </div>
      </div>
      {pending ? <Decide approval={approval.id} step={approval.step} /> : null}
    </li>
  );
}
