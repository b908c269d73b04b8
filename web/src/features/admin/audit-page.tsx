import Button from '@mui/material/Button';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Download, ScrollText } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { adminApi } from '../../api/access-api.ts';
import type { AuditFilter } from '../../api/access-types.ts';
import { useMay } from '../../app/session.ts';
import { Section } from '../../ui/page.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { AuditEntryRow } from './audit-entry.tsx';
import { AuditFilters, FILTERS } from './audit-filters.tsx';
import { AuditVerify } from './audit-verify.tsx';
import { auditQuery, usersQuery } from './queries.ts';
import './audit.css';

export function AuditPage() {
  const { t } = useTranslation();
  const may = useMay();
  const [search, setSearch] = useSearchParams();
  const filter = filterOf(search);
  const entries = useInfiniteQuery(auditQuery(filter));
  const users = useInfiniteQuery({ ...usersQuery, enabled: may('user:read') });
  const names = new Map(users.data?.pages.flatMap((page) => page.items).map((user) => [user.id, user.name]));
  const items = entries.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = Object.keys(filter).length > 0;

  return (
    <Section
      title={t('audit.title')}
      aside={
        <Button
          href={adminApi.auditExportAddress(filter)}
          startIcon={<Download size={16} />}
          // A download is no page: the router has nothing to do with it.
          download
        >
          {t(filtered ? 'audit.exportShown' : 'audit.export')}
        </Button>
      }
    >
      <p className="muted prose">{t('audit.lead')}</p>
      <AuditVerify />
      <AuditFilters
        chosen={search}
        people={[...names].map(([id, name]) => ({ id, name }))}
        operations={[...new Set(items.map((entry) => entry.operation))].sort()}
        onChange={(key, value) => {
          const next = new URLSearchParams(search);
          if (value) next.set(key, value);
          else next.delete(key);
          setSearch(next, { replace: true });
        }}
      />
      <Loaded query={entries}>
        {items.length === 0 ? (
          <Empty
            title={t(filtered ? 'audit.noneFit' : 'audit.none')}
            icon={<ScrollText size={22} />}
            action={
              filtered ? (
                <Button onClick={() => setSearch({}, { replace: true })}>{t('audit.showAll')}</Button>
              ) : undefined
            }
          />
        ) : (
          <ul className="audit card">
            {items.map((entry) => (
              <AuditEntryRow key={entry.id} entry={entry} names={names} />
            ))}
          </ul>
        )}
        {entries.hasNextPage ? (
          <div className="rows-foot">
            <Button loading={entries.isFetchingNextPage} onClick={() => void entries.fetchNextPage()}>
              {t('action.more')}
            </Button>
          </div>
        ) : null}
      </Loaded>
    </Section>
  );
}

/** `2026-11-01T00:00:00+02:00`: an export is named after the day that was chosen, and not after the one in UTC. */
function withOffset(time: Date): string {
  const minutes = -time.getTimezoneOffset();
  const two = (count: number) => String(Math.floor(count)).padStart(2, '0');
  const local = new Date(time.getTime() + minutes * 60_000).toISOString().slice(0, -1);
  const ahead = Math.abs(minutes);
  return `${local}${minutes < 0 ? '-' : '+'}${two(ahead / 60)}:${two(ahead % 60)}`;
}

/** Days in the address are those of the person who looks; the server wants moments. */
function filterOf(search: URLSearchParams): AuditFilter {
  const filter: AuditFilter = {};
  for (const key of FILTERS) {
    const value = search.get(key)?.trim();
    if (!value) continue;
    if (key !== 'since' && key !== 'until') filter[key] = value;
    else {
      const day = new Date(`${value}T${key === 'since' ? '00:00:00' : '23:59:59.999'}`);
      if (!Number.isNaN(day.getTime())) filter[key] = withOffset(day);
    }
  }
  return filter;
}
