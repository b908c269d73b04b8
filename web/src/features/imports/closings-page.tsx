import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { CircleCheck } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useMay } from '../../app/session.ts';
import { Badge } from '../../ui/badge.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';
import { ActionButton } from '../findings/action-button.tsx';
import { closingsApi } from '../findings/findings-api.ts';
import { FindingsNav } from '../findings/findings-nav.tsx';
import { PagedList } from '../findings/paged-list.tsx';
import { exactName, findingsAddress, quoted } from '../findings/query-text.ts';
import type { Closing } from '../findings/types.ts';

/** Runs that would close so much that somebody has to look first. */
export function ClosingsPage() {
  const { t } = useTranslation();
  const waiting = useClosings('waiting');
  const decided = useClosings('decided');
  return (
    <Page title={t('findingParts.closings')} lead={t('closings.lead')}>
      <FindingsNav />
      <PagedList
        query={waiting}
        label={t('closings.waiting')}
        keyOf={({ id }) => id}
        empty={
          <Empty title={t('closings.none')} icon={<CircleCheck size={22} />}>
            {t('closings.noneHint')}
          </Empty>
        }
        row={(closing) => <ClosingRow closing={closing} />}
      />
      <Section title={t('closings.decided')}>
        <PagedList
          query={decided}
          label={t('closings.decided')}
          keyOf={({ id }) => id}
          empty={<p className="muted">{t('closings.noneDecided')}</p>}
          row={(closing) => <ClosingRow closing={closing} />}
        />
      </Section>
    </Page>
  );
}

function useClosings(status: 'waiting' | 'decided') {
  return useInfiniteQuery({
    queryKey: ['closings', status],
    queryFn: ({ pageParam, signal }) => closingsApi.list(status, pageParam, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  });
}

function ClosingRow({ closing }: { closing: Closing }) {
  const { t } = useTranslation();
  const may = useMay();
  const client = useQueryClient();
  const [asked, setAsked] = useState<'approve' | 'reject' | null>(null);
  const refusal = may('finding:accept') ? undefined : t('closings.mayNot');
  const waits = closing.status === 'waiting' || closing.status === 'approving';
  const values = {
    tool: closing.tool,
    asset: closing.assetName,
    closing: closing.closing,
    open: closing.open,
  };
  const decide = async (how: 'approve' | 'reject') => {
    if (how === 'approve') {
      const { closed } = await closingsApi.approve(closing.id);
      toast(t('closings.approved', { count: closed }));
    } else {
      await closingsApi.reject(closing.id);
      toast(t('closings.rejected'));
    }
    await client.invalidateQueries({ queryKey: ['closings'] });
    await client.invalidateQueries({ queryKey: ['findings'] });
  };
  return (
    <>
      <div className="rows-main">
        <div className="rows-title">
          <span className="break">{t('closings.would', values)}</span>
          {waits ? null : <Badge>{t(`closings.status.${closing.status}`)}</Badge>}
        </div>
        <div className="rows-facts">
          <When time={closing.created} />
          <Link to={`/runs/${encodeURIComponent(closing.run)}`}>{t('closings.run')}</Link>
          <Link
            to={findingsAddress(
              `tool:${quoted(closing.tool)} asset:${quoted(exactName(closing.assetName))} is:open`,
            )}
          >
            {t('closings.open')}
          </Link>
        </div>
      </div>
      {waits ? (
        <div className="rows-actions">
          <ActionButton refusal={refusal} onClick={() => setAsked('reject')}>
            {t('closings.reject')}
          </ActionButton>
          <ActionButton refusal={refusal} variant="outlined" onClick={() => setAsked('approve')}>
            {t('closings.approve', { count: closing.closing })}
          </ActionButton>
        </div>
      ) : null}
      {asked ? (
        <Confirm
          title={t(asked === 'approve' ? 'closings.approveTitle' : 'closings.rejectTitle', {
            count: closing.closing,
          })}
          action={t(asked === 'approve' ? 'closings.approve' : 'closings.reject', { count: closing.closing })}
          harmless={asked === 'reject'}
          onConfirm={() => decide(asked)}
          onClose={() => setAsked(null)}
        >
          {t(asked === 'approve' ? 'closings.approveHint' : 'closings.rejectHint')}
        </Confirm>
      ) : null}
    </>
  );
}
