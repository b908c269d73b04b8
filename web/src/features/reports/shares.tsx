import Button from '@mui/material/Button';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link2, Link2Off } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../ui/badge.tsx';
import { exactTime } from '../../ui/clock.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { Loaded } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';
import { accessesQuery, sharesQuery } from './queries.ts';
import { reportsApi } from './reports-api.ts';
import type { Report, Share } from './types.ts';

/** The links to a report: how long each works, who opened it, and an end to it. */
export function Shares({ report }: { report: Report }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const query = useQuery(sharesQuery(report.id));
  const [ending, setEnding] = useState<Share | null>(null);
  const shares = query.data?.items ?? [];
  return (
    <Loaded query={query} rows={2}>
      {shares.length === 0 ? (
        <p className="muted">{t('share.none')}</p>
      ) : (
        <ul className="card rows" aria-label={t('share.title')}>
          {shares.map((share) => (
            <ShareRow key={share.id} report={report.id} share={share} onEnd={() => setEnding(share)} />
          ))}
        </ul>
      )}
      {ending ? (
        <Confirm
          title={t('share.revokeTitle')}
          action={t('share.revoke')}
          onClose={() => setEnding(null)}
          onConfirm={async () => {
            await reportsApi.revoke(report.id, ending.id);
            toast(t('share.revoked'));
            await client.invalidateQueries({ queryKey: sharesQuery(report.id).queryKey });
          }}
        >
          {t('share.revokeHint')}
        </Confirm>
      ) : null}
    </Loaded>
  );
}

function ShareRow({ report, share, onEnd }: { report: string; share: Share; onEnd: () => void }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const ended = share.revoked !== null || share.expires <= Date.now();
  const short = `…${share.id.slice(-6)}`;
  return (
    <li>
      <span className="rows-icon">
        {ended ? <Link2Off size={20} aria-hidden="true" /> : <Link2 size={20} aria-hidden="true" />}
      </span>
      <div className="rows-main">
        <p className="rows-title">
          {t('share.link', { id: short })}
          {share.revoked !== null ? (
            <Badge tone="danger">{t('share.isRevoked')}</Badge>
          ) : ended ? (
            <Badge>{t('share.isOver')}</Badge>
          ) : (
            <Badge tone="success">{t('share.works')}</Badge>
          )}
          {share.password ? <Badge>{t('share.hasPassword')}</Badge> : null}
          {share.redact ? <Badge>{t('share.isRedacted')}</Badge> : null}
        </p>
        <p className="rows-facts">
          <span>{share.formats.map((format) => t(`reports.format.${format}`)).join(', ')}</span>
          <span>
            {t('reports.made')} <When time={share.created} />
          </span>
          <span>
            {t('share.endsShort')} <When time={share.expires} />
          </span>
          <span>{t('share.opened', { count: share.opened })}</span>
          {share.lastOpened === null ? null : (
            <span>
              {t('share.lastOpened')} <When time={share.lastOpened} />
            </span>
          )}
        </p>
      </div>
      <div className="rows-actions">
        <Button
          size="small"
          aria-expanded={open}
          aria-label={t('share.logOf', { id: short })}
          onClick={() => setOpen(!open)}
        >
          {t('share.log')}
        </Button>
        {ended ? null : (
          <Button size="small" aria-label={t('share.revokeNamed', { id: short })} onClick={onEnd}>
            {t('share.revoke')}
          </Button>
        )}
      </div>
      {open ? <Accesses report={report} share={share.id} /> : null}
    </li>
  );
}

function Accesses({ report, share }: { report: string; share: string }) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(accessesQuery(report, share));
  const accesses = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <div className="share-log">
      <Loaded query={query} rows={2}>
        {accesses.length === 0 ? (
          <p className="muted">{t('share.nobody')}</p>
        ) : (
          <ul>
            {accesses.map((access) => (
              <li key={access.id}>
                <span>{exactTime(access.time)}</span>
                <strong>{t(`share.outcome.${outcomeOf(access.outcome)}`)}</strong>
                <code translate="no">{access.address}</code>
                <bdi className="muted break" translate="no">
                  {access.agent}
                </bdi>
              </li>
            ))}
          </ul>
        )}
        {query.hasNextPage ? (
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t('action.more')}
          </Button>
        ) : null}
      </Loaded>
    </div>
  );
}

const OUTCOMES = ['opened', 'read', 'downloaded', 'wrong-password', 'locked', 'expired', 'revoked'] as const;

function outcomeOf(text: string): (typeof OUTCOMES)[number] | 'other' {
  return OUTCOMES.find((one) => one === text) ?? 'other';
}
