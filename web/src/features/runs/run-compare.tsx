import { useQuery } from '@tanstack/react-query';
import { GitCompare } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api } from '../../api/api.ts';
import type { Run, RunFinding } from '../../api/types.ts';
import { Section } from '../../ui/page.tsx';
import { hasEnded, RunStatusMark } from '../../ui/run-status.tsx';
import { SEVERITIES } from '../../ui/severity.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { FindingRow } from '../findings/finding-row.tsx';

/** More of one run are not loaded here; it is then said. */
const MOST = 5000;
const SHOWN = 200;
const PAGE = 1000;

interface Comparison {
  other: Run | null;
  fresh: RunFinding[];
  gone: RunFinding[];
  same: RunFinding[];
  capped: boolean;
}

/** What this run saw and the one before it, of the same task on the same target, did not, and the other way round. */
export function RunCompare({ run }: { run: Run }) {
  const { t } = useTranslation();
  const query = useQuery({
    queryKey: ['runs', run.id, 'compare'],
    queryFn: ({ signal }) => compare(run, signal),
    enabled: hasEnded(run.status),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!hasEnded(run.status)) return <Empty title={t('data.noOutputYet')} icon={<GitCompare size={22} />} />;
  return (
    <Loaded query={query}>
      {query.data?.other ? (
        <div className="stack">
          <p className="row wrap muted">
            {t('compare.with')}
            <Link to={`/runs/${encodeURIComponent(query.data.other.id)}`}>
              <When time={query.data.other.created} />
            </Link>
            <RunStatusMark status={query.data.other.status} />
          </p>
          {query.data.capped ? <p className="muted">{t('compare.capped', { count: MOST })}</p> : null}
          <Group
            title={t('compare.newTitle')}
            lead={t('compare.new', { count: query.data.fresh.length })}
            rows={query.data.fresh}
          />
          <Group
            title={t('compare.goneTitle')}
            lead={t('compare.gone', { count: query.data.gone.length })}
            rows={query.data.gone}
          />
          <Group
            title={t('compare.sameTitle')}
            lead={t('compare.same', { count: query.data.same.length })}
            rows={query.data.same}
          />
        </div>
      ) : (
        <Empty title={t('compare.none')} icon={<GitCompare size={22} />}>
          {t('compare.noneHint')}
        </Empty>
      )}
    </Loaded>
  );
}

function Group({ title, lead, rows }: { title: string; lead: string; rows: readonly RunFinding[] }) {
  return (
    <Section title={title}>
      <p className="muted small">{lead}</p>
      {rows.length > 0 ? (
        <ul className="compare-list">
          {rows.slice(0, SHOWN).map(({ status: _status, lastSeen: _seen, change: _change, ...row }) => (
            <li key={row.id}>
              <FindingRow finding={row} />
            </li>
          ))}
        </ul>
      ) : null}
    </Section>
  );
}

async function compare(run: Run, signal: AbortSignal): Promise<Comparison> {
  const { items } = await api.runs({ task: run.task, limit: 1000 }, signal);
  const other =
    items.find(
      (one) => one.id < run.id && one.target === run.target && hasEnded(one.status) && one.started !== null,
    ) ?? null;
  if (!other) return { other, fresh: [], gone: [], same: [], capped: false };
  const [here, there] = await Promise.all([allFindings(run.id, signal), allFindings(other.id, signal)]);
  const idsHere = new Set(here.rows.map(({ id }) => id));
  const idsThere = new Set(there.rows.map(({ id }) => id));
  const bySeverity = (rows: RunFinding[]) =>
    rows.sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  return {
    other,
    fresh: bySeverity(here.rows.filter(({ id }) => !idsThere.has(id))),
    gone: bySeverity(there.rows.filter(({ id }) => !idsHere.has(id))),
    same: bySeverity(here.rows.filter(({ id }) => idsThere.has(id))),
    capped: here.capped || there.capped,
  };
}

async function allFindings(
  run: string,
  signal: AbortSignal,
): Promise<{ rows: RunFinding[]; capped: boolean }> {
  const rows: RunFinding[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: RunFinding[]; nextCursor: string | null } = await api.runFindings(
      run,
      { ...(cursor ? { cursor } : {}), limit: PAGE },
      signal,
    );
    rows.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && rows.length < MOST);
  return { rows, capped: cursor !== null };
}
