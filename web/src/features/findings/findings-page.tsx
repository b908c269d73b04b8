import Button from '@mui/material/Button';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { ArrowUp, ShieldCheck, Upload } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ApiError } from '../../api/client.ts';
import { useCommands } from '../../app/commands.ts';
import { useMay } from '../../app/session.ts';
import { useKeys } from '../../app/use-keys.ts';
import { Page } from '../../ui/page.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { useMediaQuery } from '../../ui/use-media-query.ts';
import type { VirtualListHandle } from '../../ui/virtual-list.tsx';
import { PriorityNote } from '../views/priority-note.tsx';
import { viewsQuery } from '../views/queries.ts';
import { ViewActions } from '../views/view-actions.tsx';
import { ViewTabs } from '../views/view-tabs.tsx';
import { BulkBar } from './bulk-bar.tsx';
import { ChangePanel } from './change-panel.tsx';
import { FacetRail } from './facet-rail.tsx';
import { FacetSheet } from './facet-sheet.tsx';
import { FindingGrid } from './finding-grid.tsx';
import { FindingsNav } from './findings-nav.tsx';
import { GroupFindings } from './group-findings.tsx';
import { GroupList, groupsOf } from './group-list.tsx';
import { useListState } from './list-state.ts';
import { ListTools } from './list-tools.tsx';
import { Peek } from './peek.tsx';
import { PRIORITY } from './priority.ts';
import { facetsQuery, findingQuery, findingsQuery, groupsQuery, priorityListQuery } from './queries.ts';
import { QueryBar } from './query-bar.tsx';
import { QueryRuns } from './query-runs.tsx';
import { vulnerabilityIn } from './query-text.ts';
import { UndoBar } from './undo-bar.tsx';
import { useFindingNews } from './use-finding-news.ts';
import { useListDecisions } from './use-list-decisions.ts';
import { useListPlace } from './use-list-place.ts';
import { useReportDrop } from './use-report-drop.ts';
import { focusRow, useRowKeys } from './use-row-keys.ts';
import { useSelection } from './use-selection.ts';
import { VulnerabilityAnswer } from './vulnerability-answer.tsx';
import './findings-page.css';

export function FindingsPage() {
  const { t } = useTranslation();
  const may = useMay();
  const client = useQueryClient();
  const views = useQuery(viewsQuery).data?.items ?? [];
  const priority = useQuery(priorityListQuery);
  const state = useListState(views, priority.data);
  // Without the project's own list, the usual one is better than none.
  const ready = !priority.isPending || new URLSearchParams(window.location.search).has('q');
  const { q, sort, peek, view, set } = state;
  const wide = useMediaQuery('(min-width: 1200px)');
  const list = useRef<VirtualListHandle>(null);
  const grouped = useQuery({
    ...groupsQuery(q, state.group ?? 'rule', state.groupSort),
    enabled: ready && state.group !== null,
  });
  const groups = state.group ? groupsOf(q, state.group, grouped.data) : null;
  // The only group is open by itself.
  const [first, second] = grouped.data?.items ?? [];
  const openValue = groups ? (state.open ?? (first && !second ? first.value : null)) : null;
  const openGroup = groups?.find(({ id }) => id === `group-${openValue}`);
  // What is listed: all that fits, or what belongs to the group that is open.
  const listed = groups ? openGroup?.q : q;
  const query = useInfiniteQuery({
    ...findingsQuery(listed ?? q, sort),
    enabled: ready && listed !== undefined,
  });
  const facets = useQuery({ ...facetsQuery(q), enabled: ready });
  const findings = useMemo(
    () => (listed === undefined ? [] : (query.data?.pages.flatMap((page) => page.items) ?? [])),
    [query.data, listed],
  );
  const selection = useSelection(findings, `${listed}\n${sort}`);
  const [sheet, setSheet] = useState(false);
  const dropping = useReportDrop(may('finding:import'));
  const { news, showNews } = useFindingNews(() => void query.refetch());

  const open = (id: string) => set({ peek: id });
  const close = () => {
    if (peek) focusRow(peek);
    set({ peek: null });
  };
  const rows = groups
    ? groups.flatMap((one): { id: string }[] => (one === openGroup ? [one, ...findings] : [one]))
    : findings;
  const keys = useRowKeys(rows, list, {
    onMove: wide && peek && !groups ? open : undefined,
    open: groups ? null : peek,
    ...(groups ? {} : { onExtend: (from: string, to: string) => selection.add([from, to]) }),
  });
  useListPlace(`${q}\n${state.group ?? sort}\n${state.group ? state.groupSort : ''}`, keys);
  const total = groups ? openGroup?.count : facets.data?.total;
  const isFinding = (id: string | null): id is string => findings.some((one) => one.id === id);
  const decisions = useListDecisions({
    findings,
    selection,
    q: listed ?? q,
    total,
    keys,
    groups,
    shown: state.change,
    onJob: (change) => set({ change }),
  });
  useCommands([
    {
      id: 'select-row',
      label: t('list.command.select'),
      group: 'here',
      shortcut: 'x',
      keyOnly: true,
      run: () => {
        if (keys.reveal()) return;
        const id = keys.current() ?? keys.move(0);
        if (isFinding(id)) selection.toggle(id);
      },
    },
  ]);
  useKeys({
    X: () => {
      const id = keys.current();
      if (isFinding(id)) selection.extendTo(id);
    },
  });
  const clear = () => {
    selection.clear();
    keys.refocus();
  };
  useKeys({ Escape: peek ? close : clear }, peek !== null || selection.ids.size > 0);

  // The next ones are loaded ahead, so that moving on shows them at once.
  useEffect(() => {
    if (!wide || !peek) return;
    const at = findings.findIndex((finding) => finding.id === peek);
    for (const next of findings.slice(at + 1, at + 4)) void client.prefetchQuery(findingQuery(next.id));
  }, [client, findings, peek, wide]);

  const failure = query.error ?? grouped.error;
  const unreadable =
    failure instanceof ApiError && failure.code === 'invalid-query' ? failure.message : undefined;
  const changed = view !== null && (view.query !== q || view.sort !== sort);
  const vulnerability = vulnerabilityIn(q);
  const ask = (text: string) => set({ q: text, peek: null });
  const peeking = wide && peek !== null && !state.group;
  const rail = wide && !peeking;
  return (
    <Page
      title={t('findings.title')}
      actions={
        may('finding:import') ? (
          <Button component={Link} to="/findings/imports" startIcon={<Upload size={16} />}>
            {t('imports.add')}
          </Button>
        ) : null
      }
    >
      <FindingsNav />
      {dropping ? <p className="drop-hint">{t('imports.dropHere')}</p> : null}
      <div className="row wrap">
        <div className="grow">
          <ViewTabs
            q={q}
            view={view}
            changed={changed}
            views={views}
            priority={priority.data?.query ?? PRIORITY}
          />
        </div>
        <ViewActions
          view={view}
          changed={changed}
          now={{ query: q, sort }}
          onOpen={(id) => set({ view: id, q: null, sort: null })}
        />
      </div>
      {priority.data ? (
        <PriorityNote
          priority={priority.data}
          now={{ query: q, sort }}
          elsewhere={view !== null || unreadable !== undefined}
          onOpen={() => set({ view: null, q: null, sort: null })}
        />
      ) : null}
      <QueryBar q={ready ? q : ''} problem={unreadable} onChange={ask} />
      {ready && !unreadable ? <QueryRuns q={q} /> : null}
      {vulnerability && !unreadable ? <VulnerabilityAnswer id={vulnerability} /> : null}
      {state.change ? (
        <ChangePanel id={state.change} triage={decisions.triage} onClose={() => set({ change: null })} />
      ) : null}
      {news > 0 ? (
        <Button className="news" onClick={showNews} startIcon={<ArrowUp size={16} />}>
          {t('findings.news', { count: news })}
        </Button>
      ) : null}
      <div className={`findings-layout ${rail ? 'findings-with-rail' : peeking ? 'findings-with-peek' : ''}`}>
        {rail ? (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable with the keyboard
          <section className="findings-rail" aria-label={t('list.filters')} tabIndex={0}>
            {unreadable || !ready ? null : <FacetRail q={q} onChange={ask} />}
          </section>
        ) : null}
        <div className={peeking ? 'findings-main narrow-list' : 'findings-main'}>
          <div className="list-top">
            {selection.all || selection.ids.size > 0 ? (
              <BulkBar selection={selection} total={total} decisions={decisions} onClear={clear} />
            ) : (
              <ListTools
                state={state}
                total={unreadable ? undefined : facets.data?.total}
                hidden={query.data?.pages[0]?.hidden}
                onFilters={rail ? null : () => setSheet(true)}
              />
            )}
          </div>
          {unreadable ? (
            <Empty
              title={t('list.unreadable')}
              action={<Button onClick={() => ask('')}>{t('findings.showAll')}</Button>}
            >
              {t('list.unreadableHint')}
            </Empty>
          ) : state.group ? (
            <GroupList
              query={grouped}
              rows={groups ?? []}
              open={openValue}
              opened={
                <Loaded query={query} rows={3}>
                  <GroupFindings
                    findings={findings}
                    selection={selection}
                    onMore={query.hasNextPage ? () => void query.fetchNextPage() : null}
                  />
                </Loaded>
              }
              list={list}
              refusal={decisions.refusal}
              onOpen={(value) => set({ open: value ?? '' })}
              onOnly={(own) => set({ q: own, group: null, open: null })}
              onDecide={decisions.startGroup}
            />
          ) : (
            <Loaded query={query}>
              {findings.length === 0 && vulnerability ? null : findings.length === 0 ? (
                <NothingFound
                  q={q}
                  priority={priority.data?.query ?? PRIORITY}
                  usual={priority.data?.usual !== false}
                  onAll={() => ask('')}
                />
              ) : (
                <FindingGrid
                  key={`${q}\n${sort}`}
                  {...{ findings, total, selection, keys, list }}
                  open={peeking ? peek : null}
                  hasMore={query.hasNextPage}
                  onEnd={() => void (query.isFetchingNextPage || query.fetchNextPage())}
                  onOpen={(id) => {
                    if (wide) open(id);
                    return wide;
                  }}
                />
              )}
            </Loaded>
          )}
        </div>
        {peeking ? <Peek id={peek} decisions={decisions} onClose={close} /> : null}
      </div>
      {sheet ? (
        <FacetSheet
          q={q}
          total={facets.data?.total}
          onChange={(text) => set({ q: text })}
          onClose={() => setSheet(false)}
        />
      ) : null}
      {decisions.dialog}
      <UndoBar />
    </Page>
  );
}

interface NothingFoundProps {
  q: string;
  priority: string;
  /** Nobody has set it. */
  usual: boolean;
  onAll: () => void;
}

function NothingFound({ q, priority, usual, onAll }: NothingFoundProps) {
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
      title={
        q !== priority ? t('findings.noneFit') : usual ? t('findings.nonePriority') : t('priorityList.none')
      }
      icon={<ShieldCheck size={22} />}
      action={<Button onClick={onAll}>{t('findings.showAll')}</Button>}
    >
      {t('findings.noneFitHint')}
    </Empty>
  );
}
