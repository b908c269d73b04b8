import Button from '@mui/material/Button';
import { useInfiniteQuery } from '@tanstack/react-query';
import { ShieldCheck } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import type { Run } from '../../api/types.ts';
import { hasEnded } from '../../ui/run-status.tsx';
import { SEVERITIES } from '../../ui/severity.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { VirtualList, type VirtualListHandle } from '../../ui/virtual-list.tsx';
import { FindingRow, type RowFinding } from '../findings/finding-row.tsx';
import { useRowKeys } from '../findings/use-row-keys.ts';
import type { LiveRun } from './live-run.ts';
import { runFindingsQuery } from './queries.ts';

/** Below this many rows the whole list is loaded, so that it can be sorted and filtered here. */
const LOAD_ALL = 5000;

export function RunFindings({ run, live }: { run: Run; live: LiveRun | undefined }) {
  const { t } = useTranslation();
  // Nothing moves under the eyes of who watched it; who comes later wants the worst first.
  const [sorted, setSorted] = useState(hasEnded(run.status));
  if (live && !sorted && live.untold === 0) {
    return (
      <>
        <Announcer count={live.findings.length} ended={hasEnded(run.status)} />
        {hasEnded(run.status) && live.findings.length > 1 ? (
          <div className="row wrap run-findings-bar">
            <span className="muted small">{t('run.arrivalOrder')}</span>
            <Button size="small" onClick={() => setSorted(true)}>
              {t('run.sortBySeverity')}
            </Button>
          </div>
        ) : null}
        <FindingList findings={live.findings} waiting={!hasEnded(run.status)} />
      </>
    );
  }
  return <StoredFindings run={run} />;
}

function StoredFindings({ run }: { run: Run }) {
  const query = useInfiniteQuery(runFindingsQuery(run.id));
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const more = hasNextPage && !isFetchingNextPage;
  useEffect(() => {
    if (more && items.length < LOAD_ALL) void fetchNextPage();
  }, [more, items.length, fetchNextPage]);
  const bySeverity = useMemo(
    () =>
      hasNextPage
        ? items
        : items.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity)),
    [items, hasNextPage],
  );
  // The status is that of the finding now; a row of a run shows what the run changed.
  const rows = useMemo(
    () => bySeverity.map(({ status: _status, lastSeen: _seen, ...row }) => row),
    [bySeverity],
  );
  return (
    <Loaded query={query}>
      <FindingList
        findings={rows}
        waiting={!hasEnded(run.status)}
        hasMore={hasNextPage}
        onEnd={() => void (more && fetchNextPage())}
      />
    </Loaded>
  );
}

interface FindingListProps {
  findings: readonly RowFinding[];
  waiting: boolean;
  hasMore?: boolean;
  onEnd?: () => void;
}

function FindingList({ findings, waiting, hasMore, onEnd }: FindingListProps) {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const severity = search.get('severity');
  const change = search.get('change');
  const shown = useMemo(
    () =>
      findings.filter(
        (row) => (!severity || row.severity === severity) && (!change || row.change === change),
      ),
    [findings, severity, change],
  );
  const list = useRef<VirtualListHandle>(null);
  useRowKeys(shown, list);

  const filtered = severity !== null || change !== null;
  return (
    <>
      {filtered ? (
        <div className="row wrap run-findings-bar">
          <span className="muted small">
            {t('run.filtered', {
              count: shown.length,
              filter: [severity, change].filter(Boolean).join(' · '),
            })}
          </span>
          <Button size="small" onClick={() => setSearch({ tab: 'findings' }, { replace: true })}>
            {t('run.showAll')}
          </Button>
        </div>
      ) : null}
      {shown.length === 0 ? (
        <Empty
          title={waiting ? t('run.noneYet') : filtered ? t('run.noneFit') : t('run.none')}
          icon={<ShieldCheck size={22} />}
        >
          {waiting ? t('run.noneYetHint') : filtered ? undefined : t('run.noneHint')}
        </Empty>
      ) : (
        <VirtualList
          label={t('run.tab.findings')}
          count={shown.length}
          {...(hasMore === undefined ? {} : { hasMore })}
          {...(onEnd ? { onEnd } : {})}
          handle={list}
          rowKey={(index) => shown[index]?.id ?? String(index)}
          renderRow={(index) => {
            const finding = shown[index];
            return finding ? <FindingRow finding={finding} /> : null;
          }}
        />
      )}
    </>
  );
}

/** Tells a screen reader how many findings there are, at most every five seconds. */
function Announcer({ count, ended }: { count: number; ended: boolean }) {
  const { t } = useTranslation();
  const [said, setSaid] = useState(count);
  const latest = useRef(count);
  latest.current = count;
  useEffect(() => {
    const timer = setInterval(() => setSaid(latest.current), 5000);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className="visually-hidden" role="status">
      {t(ended ? 'list.count' : 'run.announce', { count: ended ? count : said })}
    </span>
  );
}
