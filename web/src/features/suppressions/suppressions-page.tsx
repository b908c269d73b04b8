import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { EyeOff } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { useMay } from '../../app/session.ts';
import { Badge } from '../../ui/badge.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { EndDay } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';
import { ActionButton } from '../findings/action-button.tsx';
import { suppressionsApi } from '../findings/findings-api.ts';
import { FindingsNav } from '../findings/findings-nav.tsx';
import { PagedList } from '../findings/paged-list.tsx';
import { findingsAddress } from '../findings/query-text.ts';
import type { Suppression } from '../findings/types.ts';
import { SuppressionDialog } from './suppression-dialog.tsx';

/** Rules that hide findings: how much each hides, why, and until when. `?new=` begins one with a query. */
export function SuppressionsPage() {
  const { t } = useTranslation();
  const may = useMay();
  const [search, setSearch] = useSearchParams();
  const asked = search.get('new');
  const at = search.get('at');
  const ended = search.get('ended') === 'true';
  const refusal = may('suppression:write') ? undefined : t('suppressions.mayNot');
  const query = useInfiniteQuery({
    queryKey: ['suppressions', ended],
    queryFn: ({ pageParam, signal }) =>
      suppressionsApi.list(
        { ...(ended ? { ended: 'true' } : {}), ...(pageParam ? { cursor: pageParam } : {}) },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  });
  const set = (changes: Record<string, string | null>) => {
    const next = new URLSearchParams(search);
    for (const [key, value] of Object.entries(changes)) {
      if (value === null) next.delete(key);
      else next.set(key, value);
    }
    setSearch(next, { replace: true });
  };
  return (
    <Page
      title={t('findingParts.suppressions')}
      lead={t('suppressions.lead')}
      actions={
        <ActionButton variant="contained" color="primary" refusal={refusal} onClick={() => set({ new: '' })}>
          {t('suppressions.add')}
        </ActionButton>
      }
    >
      <FindingsNav />
      <label className="check">
        <input
          type="checkbox"
          checked={ended}
          onChange={(event) => set({ ended: event.target.checked ? 'true' : null })}
        />
        <span>{t('suppressions.withEnded')}</span>
      </label>
      <PagedList
        query={query}
        label={t('findingParts.suppressions')}
        keyOf={({ id }) => id}
        empty={
          <Empty title={t('suppressions.none')} icon={<EyeOff size={22} />}>
            {t('suppressions.noneHint')}
          </Empty>
        }
        row={(one) => <SuppressionRow one={one} shown={one.id === at} refusal={refusal} />}
      />
      {asked !== null && !refusal ? (
        <SuppressionDialog query={asked} onClose={() => set({ new: null })} />
      ) : null}
    </Page>
  );
}

function SuppressionRow({
  one,
  shown,
  refusal,
}: {
  one: Suppression;
  shown: boolean;
  refusal: string | undefined;
}) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [asked, setAsked] = useState(false);
  const [editing, setEditing] = useState(false);
  return (
    <>
      <span className="rows-icon">
        <EyeOff size={18} aria-hidden="true" />
      </span>
      <div className="rows-main">
        <div className="rows-title">
          <span className="break">{one.name}</span>
          {one.ended === null ? null : <Badge>{t('suppressions.ended')}</Badge>}
          {shown ? <Badge tone="accent">{t('suppressions.this')}</Badge> : null}
        </div>
        <div className="rows-facts">
          <code className="break">{one.query}</code>
        </div>
        <div className="rows-facts">
          <Link to={findingsAddress(`suppression:${one.id} show:hidden`)}>
            {t('suppressions.hides', { count: one.hides })}
          </Link>
          <span>{t(`reason.${one.reason as 'other'}`)}</span>
          <span>{t('suppressions.owner', { name: one.ownerName })}</span>
          <span>
            {one.expires === null ? (
              t('suppressions.noEnd')
            ) : (
              <>
                {t('suppressions.expires')} <EndDay time={one.expires} />
              </>
            )}
          </span>
        </div>
        {one.comment ? <p className="muted small break">{one.comment}</p> : null}
      </div>
      {one.ended === null ? (
        <div className="rows-actions">
          <ActionButton
            refusal={refusal}
            aria-label={t('suppressions.editNamed', { name: one.name })}
            onClick={() => setEditing(true)}
          >
            {t('suppressions.edit')}
          </ActionButton>
          <ActionButton
            refusal={refusal}
            aria-label={t('suppressions.endNamed', { name: one.name })}
            onClick={() => setAsked(true)}
          >
            {t('suppressions.end')}
          </ActionButton>
        </div>
      ) : null}
      {editing ? <SuppressionDialog query={one.query} rule={one} onClose={() => setEditing(false)} /> : null}
      {asked ? (
        <Confirm
          title={t('suppressions.endTitle', { name: one.name })}
          action={t('suppressions.end')}
          harmless
          onConfirm={async () => {
            await suppressionsApi.end(one.id);
            toast(t('suppressions.endedNow'));
            await client.invalidateQueries({ queryKey: ['suppressions'] });
            await client.invalidateQueries({ queryKey: ['findings'] });
          }}
          onClose={() => setAsked(false)}
        >
          {t('suppressions.endHint', { count: one.hides })}
        </Confirm>
      ) : null}
    </>
  );
}
