import { useQueries, useQuery } from '@tanstack/react-query';
import { CalendarClock, CircleX, Hand, ShieldAlert, ShieldQuestion } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useMay } from '../../app/session.ts';
import { Section } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { attentionQuery, facetsQuery } from './queries.ts';
import { findingsLink, type Scope } from './scope.ts';
import '../../ui/rows.css';

/** What needs me: it stays here until it is done, where a notification would be missed. */
export function Attention({ scope }: { scope: Scope }) {
  const { t } = useTranslation();
  const query = useQuery(attentionQuery);
  const { approvals, acceptances, schedules, runs } = query.data ?? {};
  const found = useFindingNeeds(scope);
  const calm =
    !approvals?.count &&
    !acceptances?.count &&
    !schedules?.count &&
    !runs?.count &&
    found.every(({ count }) => count === 0);
  return (
    <Section title={t('home.needs.title')}>
      <Loaded query={query} rows={2}>
        {calm ? <p className="muted">{t('home.needs.calm')}</p> : null}
        <ul className={calm ? undefined : 'rows card'}>
          {found.map(({ id, q, count }) =>
            count === 0 ? null : (
              <Need
                key={id}
                icon={<ShieldAlert size={20} aria-hidden="true" />}
                title={<Link to={findingsLink(q)}>{t(`home.needs.${id}`, { count })}</Link>}
              />
            ),
          )}
          {approvals?.items.map((one) => (
            <Need
              key={one.id}
              icon={<Hand size={20} aria-hidden="true" />}
              title={
                <Link to={`/approvals/${encodeURIComponent(one.id)}`}>
                  {t('home.needs.approval', { workflow: one.workflow })}
                </Link>
              }
            >
              <span className="truncate">{one.message}</span>
              <span>
                {t('home.needs.since')} <When time={one.requested} />
              </span>
              {one.expires === null ? null : (
                <span>
                  {t('home.needs.until')} <When time={one.expires} />
                </span>
              )}
            </Need>
          ))}
          {approvals && approvals.count > approvals.items.length ? (
            <Need
              icon={<Hand size={20} aria-hidden="true" />}
              title={<Link to="/approvals">{t('home.needs.allApprovals', { count: approvals.count })}</Link>}
            />
          ) : null}
          {acceptances?.items.map((one) => (
            <Need
              key={one.id}
              icon={<ShieldQuestion size={20} aria-hidden="true" />}
              title={
                <Link to="/findings/acceptances">
                  {t('home.needs.acceptance', { name: one.requesterName, count: one.findings })}
                </Link>
              }
            >
              <span>
                {t('home.needs.since')} <When time={one.requested} />
              </span>
              {one.expires === null ? null : (
                <span>
                  {t('home.needs.until')} <When time={one.expires} />
                </span>
              )}
            </Need>
          ))}
          {acceptances && acceptances.count > acceptances.items.length ? (
            <Need
              icon={<ShieldQuestion size={20} aria-hidden="true" />}
              title={
                <Link to="/findings/acceptances">
                  {t('home.needs.allAcceptances', { count: acceptances.count })}
                </Link>
              }
            />
          ) : null}
          {schedules?.items.map((one) => (
            <Need
              key={one.id}
              icon={<CalendarClock size={20} aria-hidden="true" />}
              title={
                <Link to={`/workflow-runs/${encodeURIComponent(one.run)}`}>
                  {t('home.needs.schedule', { name: one.name || one.workflow })}
                </Link>
              }
            >
              <span>{one.workflow}</span>
              <When time={one.ended} />
            </Need>
          ))}
          {schedules && schedules.count > schedules.items.length ? (
            <Need
              icon={<CalendarClock size={20} aria-hidden="true" />}
              title={<Link to="/schedules">{t('home.needs.allSchedules', { count: schedules.count })}</Link>}
            />
          ) : null}
          {runs && runs.count > 0 ? (
            <Need
              icon={<CircleX size={20} aria-hidden="true" />}
              title={
                <Link to={`/runs?status=failed,interrupted&since=${runs.since}`}>
                  {t('home.needs.runs', { count: runs.count })}
                </Link>
              }
            />
          ) : null}
        </ul>
      </Loaded>
    </Section>
  );
}

const DAY_MS = 86_400_000;
const SOON_DAYS = 14;

/** Findings that wait for somebody. The number and the list behind it are one and the same query. */
function useFindingNeeds(scope: Scope): { id: 'mine' | 'overdue' | 'expiring'; q: string; count: number }[] {
  const may = useMay();
  const asked = findingNeeds(scope.within);
  const answers = useQueries({
    queries: asked.map(({ q }) => ({ ...facetsQuery(q), enabled: may('finding:read') })),
  });
  return asked.map((one, at) => ({ ...one, count: answers[at]?.data?.total ?? 0 }));
}

export function findingNeeds(within: Scope['within']) {
  const soon = new Date(Date.now() + SOON_DAYS * DAY_MS).toISOString().slice(0, 10);
  const wanted = [
    { id: 'mine', q: 'is:open assignee:me' },
    { id: 'overdue', q: 'is:overdue' },
    { id: 'expiring', q: `is:accepted accepted-until:<${soon}` },
  ] as const;
  return wanted.map(({ id, q }) => ({ id, q: within(q) }));
}

function Need({ icon, title, children }: { icon: ReactNode; title: ReactNode; children?: ReactNode }) {
  return (
    <li>
      <span className="rows-icon">{icon}</span>
      <div className="rows-main">
        <p className="rows-title">{title}</p>
        {children ? <div className="rows-facts">{children}</div> : null}
      </div>
    </li>
  );
}
