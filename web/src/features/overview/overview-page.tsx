import Button from '@mui/material/Button';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { LayoutGrid } from 'lucide-react';
import { type ReactNode, useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../app/session.ts';
import { Page } from '../../ui/page.tsx';
import { Empty, Loading } from '../../ui/states.tsx';
import { runsQuery } from '../runs/queries.ts';
import { useRunsRefresh } from '../runs/use-runs-refresh.ts';
import { Ages } from './ages.tsx';
import { Attention } from './attention.tsx';
import { Checklist, useSteps } from './checklist.tsx';
import { Exploited } from './exploited.tsx';
import { HealthCard } from './health-card.tsx';
import { type Card, useLayout } from './layout.ts';
import { LayoutDialog } from './layout-dialog.tsx';
import { OpenFindings } from './open-findings.tsx';
import { userSettingsQuery } from './queries.ts';
import { RecentRuns } from './recent-runs.tsx';
import { RunTotals } from './run-totals.tsx';
import { SampleScan } from './sample-scan.tsx';
import { type Scope, useScope } from './scope.ts';
import { ScopeFields } from './scope-fields.tsx';
import { TasksByCategory } from './tasks-by-category.tsx';
import { Trends } from './trends.tsx';
import './overview.css';

/** Counts are made anew at most this often, however much happens. */
const REFRESH_MS = 5000;
/** Before the first run nothing else is known. */
const WHEN_FRESH: readonly Card[] = ['tasks', 'health'];
/** Two of them stand beside each other where there is room. */
const HALF: readonly Card[] = ['runs', 'tasks'];
/** As many rows fill a window. Those below are drawn a moment after them. */
const ROWS_AT_ONCE = 3;
/** About as high as a card. */
const ROOM_PX = 240;

/**
 * Four questions: what needs me, are we hit by what is being exploited, is it getting better, is the platform healthy. In which
 * order depends on who asks. Before the first run there are no axes and no zeros, but what to do first.
 */
export function OverviewPage() {
  const { t } = useTranslation();
  const may = useMay();
  const scope = useScope();
  const [changing, setChanging] = useState(false);
  const { layout, cards, possible } = useLayout();
  const steps = useSteps();
  // Cards that would jump into another order, or below the first steps, a moment later are not drawn. Once they are, they stay:
  // what failed is asked for again by the cards.
  const answered = !useQuery(userSettingsQuery).isLoading && steps !== 'asked';
  const [known, setKnown] = useState(answered);
  if (answered && !known) setKnown(true);
  const runs = useInfiniteQuery({ ...runsQuery({}), enabled: may('run:read') });
  useRunsRefresh([['overview'], ['findings']], REFRESH_MS);
  const fresh = runs.data?.pages[0]?.items.length === 0;
  const nothing = !may('run:read') && !may('finding:read') && !may('task:read');
  const shown = fresh ? possible.filter((card) => WHEN_FRESH.includes(card)) : cards;
  const rowsDrawn = useDeferredValue(Number.POSITIVE_INFINITY, ROWS_AT_ONCE);
  return (
    <Page
      title={t('overview.title')}
      actions={
        fresh || nothing ? undefined : (
          <>
            <ScopeFields scope={scope} />
            <Button startIcon={<LayoutGrid size={16} />} onClick={() => setChanging(true)}>
              {t('layout.change')}
            </Button>
            <SampleScan />
          </>
        )
      }
    >
      {nothing ? <Empty title={t('overview.nothing')}>{t('overview.nothingHint')}</Empty> : null}
      <Checklist fresh={fresh} steps={steps} />
      {known ? (
        inRows(shown).map((row, at) =>
          at >= rowsDrawn ? (
            <Loading key={row.join()} rows={1} height={ROOM_PX} />
          ) : row.length === 1 ? (
            <OneCard key={row[0]} card={row[0] as Card} scope={scope} fresh={fresh} />
          ) : (
            <div key={row.join()} className="home-columns">
              {row.map((card) => (
                <OneCard key={card} card={card} scope={scope} fresh={fresh} />
              ))}
            </div>
          ),
        )
      ) : (
        <Loading rows={3} height={120} />
      )}
      {known && !nothing && shown.length === 0 ? (
        <Empty title={t('layout.none')}>{t('layout.noneHint')}</Empty>
      ) : null}
      {changing ? (
        <LayoutDialog layout={layout} possible={possible} onClose={() => setChanging(false)} />
      ) : null}
    </Page>
  );
}

function OneCard({ card, scope, fresh }: { card: Card; scope: Scope; fresh: boolean }): ReactNode {
  const may = useMay();
  switch (card) {
    case 'needs':
      return <Attention scope={scope} />;
    case 'exploited':
      return <Exploited scope={scope} />;
    case 'open':
      return <OpenFindings scope={scope} />;
    case 'ages':
      return <Ages scope={scope} />;
    case 'trends':
      return <Trends scope={scope} />;
    case 'runs':
      return <RunTotals scope={scope} />;
    case 'tasks':
      return <TasksByCategory scope={scope} counting={!fresh && may('run:read')} />;
    case 'recent':
      return <RecentRuns scope={scope} />;
    case 'health':
      return <HealthCard />;
  }
}

function inRows(cards: readonly Card[]): Card[][] {
  const rows: Card[][] = [];
  for (const card of cards) {
    const last = rows.at(-1);
    if (last && last.length === 1 && HALF.includes(card) && HALF.includes(last[0] as Card)) last.push(card);
    else rows.push([card]);
  }
  return rows;
}
