import { useInfiniteQuery } from '@tanstack/react-query';
import { Layers } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Page } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { ChangePanel, ChangeState } from './change-panel.tsx';
import { changesApi } from './findings-api.ts';
import { FindingsNav } from './findings-nav.tsx';
import { PagedList } from './paged-list.tsx';
import { isBusy } from './queries.ts';

/** All that was decided, and the way back. `?at=` shows one of them first. */
export function ChangesPage() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const at = search.get('at');
  const query = useInfiniteQuery({
    queryKey: ['changes', 'list'],
    queryFn: ({ pageParam, signal }) => changesApi.list(pageParam, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: ({ state }) =>
      state.data?.pages[0]?.items.some(({ status }) => isBusy(status)) ? 1000 : false,
  });
  return (
    <Page title={t('findingParts.changes')} lead={t('changes.lead')}>
      <FindingsNav />
      {at ? <ChangePanel id={at} onClose={() => setSearch({}, { replace: true })} /> : null}
      <PagedList
        query={query}
        label={t('findingParts.changes')}
        keyOf={({ id }) => id}
        empty={<Empty title={t('changes.none')}>{t('changes.noneHint')}</Empty>}
        row={(change) => (
          <>
            <span className="rows-icon">
              <Layers size={18} aria-hidden="true" />
            </span>
            <div className="rows-main">
              <ChangeState change={change} />
              <div className="rows-facts">
                <span>{t(`changes.kind.${change.kind}`)}</span>
                <span>{t('changes.by', { name: change.actorName })}</span>
                <When time={change.created} />
                {change.query ? <code className="break">{change.query}</code> : null}
              </div>
            </div>
          </>
        )}
      />
    </Page>
  );
}
