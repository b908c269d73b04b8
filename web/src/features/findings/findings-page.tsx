import Button from '@mui/material/Button';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { ArrowUp, ShieldCheck } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { useMay } from '../../app/session.ts';
import { useKeys } from '../../app/use-keys.ts';
import { useProjectEvents } from '../../live/live.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { useMediaQuery } from '../../ui/use-media-query.ts';
import { VirtualList, type VirtualListHandle } from '../../ui/virtual-list.tsx';
import { FindingFilters } from './finding-filters.tsx';
import { FindingRow } from './finding-row.tsx';
import { Peek } from './peek.tsx';
import { PRIORITY } from './priority.ts';
import { findingQuery, findingsQuery } from './queries.ts';
import { focusRow, useRowKeys } from './use-row-keys.ts';
import './findings-page.css';

export function FindingsPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [search, setSearch] = useSearchParams();
  const q = search.get('q') ?? PRIORITY;
  const peek = search.get('peek');
  const wide = useMediaQuery('(min-width: 1200px)');
  const list = useRef<VirtualListHandle>(null);
  const query = useInfiniteQuery(findingsQuery(q));
  const findings = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const [news, setNews] = useState(0);
  useProjectEvents(
    (events) => {
      const count = events.filter(
        (event) => event.type === 'finding.created' || event.type === 'finding.reopened',
      ).length;
      if (count > 0) setNews((known) => known + count);
    },
    () => void query.refetch(),
  );

  const setParam = (changes: Record<string, string | null>) => {
    const next = new URLSearchParams(search);
    for (const [key, value] of Object.entries(changes)) {
      if (value === null) next.delete(key);
      else next.set(key, value);
    }
    setSearch(next, { replace: true });
  };
  const showNews = () => {
    setNews(0);
    void client.resetQueries({ queryKey: ['findings', 'list'] });
    document.getElementById('main')?.scrollTo(0, 0);
  };
  const open = (id: string) => setParam({ peek: id });
  const close = () => {
    if (peek) focusRow(peek);
    setParam({ peek: null });
  };
  useRowKeys(findings, list, wide && peek ? open : undefined, peek);
  useKeys({ Escape: close }, peek !== null);

  // The next ones are loaded ahead, so that moving on shows them at once.
  useEffect(() => {
    if (!wide || !peek) return;
    const at = findings.findIndex((finding) => finding.id === peek);
    for (const next of findings.slice(at + 1, at + 4)) void client.prefetchQuery(findingQuery(next.id));
  }, [client, findings, peek, wide]);

  const peeking = wide && peek !== null;
  return (
    <Page title={t('findings.title')}>
      <FindingFilters q={q} onChange={(text) => setParam({ q: text, peek: null })} />
      {news > 0 ? (
        <Button className="news" onClick={showNews} startIcon={<ArrowUp size={16} />}>
          {t('findings.news', { count: news })}
        </Button>
      ) : null}
      <Loaded query={query}>
        <div className={peeking ? 'findings-split' : undefined}>
          <div className={peeking ? 'narrow-list' : undefined}>
            {findings.length === 0 ? (
              <NothingFound q={q} onAll={() => setParam({ q: '' })} />
            ) : (
              <VirtualList
                label={t('findings.title')}
                count={findings.length}
                hasMore={query.hasNextPage}
                onEnd={() => void (query.isFetchingNextPage || query.fetchNextPage())}
                handle={list}
                rowKey={(index) => findings[index]?.id ?? String(index)}
                renderRow={(index) => {
                  const finding = findings[index];
                  if (!finding) return null;
                  return (
                    <FindingRow
                      finding={finding}
                      selected={peeking && finding.id === peek}
                      onOpen={({ id }) => {
                        if (wide) open(id);
                        return wide;
                      }}
                    />
                  );
                }}
              />
            )}
          </div>
          {peeking ? <Peek id={peek} onClose={close} /> : null}
        </div>
      </Loaded>
    </Page>
  );
}

function NothingFound({ q, onAll }: { q: string; onAll: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  if (q === '') {
    return (
      <Empty
        title={t('findings.none')}
        icon={<ShieldCheck size={22} />}
        action={may('run:create') ? <Link to="/tasks">{t('runs.choose')}</Link> : undefined}
      >
        {t('findings.noneHint')}
      </Empty>
    );
  }
  return (
    <Empty
      title={q === PRIORITY ? t('findings.nonePriority') : t('findings.noneFit')}
      icon={<ShieldCheck size={22} />}
      action={<Button onClick={onAll}>{t('findings.showAll')}</Button>}
    >
      {t('findings.noneFitHint')}
    </Empty>
  );
}
