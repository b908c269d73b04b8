import { type InfiniteData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { useCommands } from '../../app/commands.ts';
import { useKeys } from '../../app/use-keys.ts';
import { Page } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { FindingDetail } from './finding-detail.tsx';
import { findingQuery } from './queries.ts';
import type { FindingPage as ListPage } from './types.ts';
import { UndoBar } from './undo-bar.tsx';
import { useDecisions } from './use-decisions.tsx';
import { useFindingChanges } from './use-finding-changes.ts';
import { useTriage } from './use-triage.ts';

export function FindingPage() {
  const { finding = '' } = useParams();
  const { t } = useTranslation();
  const navigate = useNavigate();
  const query = useQuery(findingQuery(finding));
  useFindingChanges(finding);
  const { data } = query;
  const triage = useTriage();
  const decisions = useDecisions({ triage, targets: () => ({ findings: data ? [data] : [], job: null }) });
  const { previous, next } = useNeighbours(finding);
  const go = (id: string | undefined) => {
    if (id) void navigate(`/findings/${encodeURIComponent(id)}`, { replace: true });
  };
  useKeys({
    Escape: () => void (window.history.length > 1 ? navigate(-1) : navigate('/findings')),
  });
  useCommands([
    {
      id: 'next',
      label: t('finding.next'),
      group: 'here',
      shortcut: 'j',
      keyOnly: true,
      run: () => go(next),
    },
    {
      id: 'previous',
      label: t('finding.previous'),
      group: 'here',
      shortcut: 'k',
      keyOnly: true,
      run: () => go(previous),
    },
  ]);
  return (
    <Page
      key={finding}
      title={data?.title ?? t('finding.title')}
      actions={
        <>
          {previous ? (
            <Link to={`/findings/${encodeURIComponent(previous)}`} replace>
              {t('finding.previous')}
            </Link>
          ) : null}
          {next ? (
            <Link to={`/findings/${encodeURIComponent(next)}`} replace>
              {t('finding.next')}
            </Link>
          ) : null}
          <Link to="/findings">{t('finding.all')}</Link>
        </>
      }
    >
      <Loaded query={query}>{data ? <FindingDetail finding={data} decisions={decisions} /> : null}</Loaded>
      {decisions.dialog}
      <UndoBar />
    </Page>
  );
}

/** Before and after it in the list that was looked at last. */
function useNeighbours(id: string): { previous?: string | undefined; next?: string | undefined } {
  const client = useQueryClient();
  const lists = client
    .getQueryCache()
    .findAll({ queryKey: ['findings', 'list'] })
    .sort((a, b) => b.state.dataUpdatedAt - a.state.dataUpdatedAt);
  for (const { state } of lists) {
    const rows =
      (state.data as InfiniteData<ListPage> | undefined)?.pages.flatMap((page) => page.items) ?? [];
    const at = rows.findIndex((row) => row.id === id);
    if (at >= 0) return { previous: rows[at - 1]?.id, next: rows[at + 1]?.id };
  }
  return {};
}
