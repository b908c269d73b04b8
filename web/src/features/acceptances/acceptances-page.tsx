import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Hourglass, ShieldQuestion } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useMay, useUser } from '../../app/session.ts';
import { Badge } from '../../ui/badge.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Field } from '../../ui/input.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';
import { ActionButton } from '../findings/action-button.tsx';
import { acceptancesApi, findingsApi } from '../findings/findings-api.ts';
import { FindingsNav } from '../findings/findings-nav.tsx';
import { PagedList } from '../findings/paged-list.tsx';
import { findingsAddress } from '../findings/query-text.ts';
import type { Acceptance } from '../findings/types.ts';
import '../../ui/rows.css';

const SOON = 'status:risk-accepted accepted-until:<14d';
const SHOWN = 10;

/** Who asks that a risk is accepted, which acceptances end soon, and what was decided: in one place. */
export function AcceptancesPage() {
  const { t } = useTranslation();
  const pending = useAcceptances('pending');
  const decided = useAcceptances('decided');
  return (
    <Page
      title={t('findingParts.acceptances')}
      lead={t('acceptances.lead')}
      actions={<Link to={findingsAddress('status:risk-accepted')}>{t('acceptances.all')}</Link>}
    >
      <FindingsNav />
      <Section title={t('acceptances.pending')}>
        <PagedList
          query={pending}
          label={t('acceptances.pending')}
          keyOf={({ id }) => id}
          empty={
            <Empty title={t('acceptances.none')} icon={<ShieldQuestion size={22} />}>
              {t('acceptances.noneHint')}
            </Empty>
          }
          row={(one) => <AcceptanceRow one={one} />}
        />
      </Section>
      <EndingSoon />
      <Section title={t('acceptances.decided')}>
        <PagedList
          query={decided}
          label={t('acceptances.decided')}
          keyOf={({ id }) => id}
          empty={<p className="muted">{t('acceptances.noneDecided')}</p>}
          row={(one) => <AcceptanceRow one={one} />}
        />
      </Section>
    </Page>
  );
}

function useAcceptances(status: 'pending' | 'decided') {
  return useInfiniteQuery({
    queryKey: ['acceptances', status],
    queryFn: ({ pageParam, signal }) => acceptancesApi.list(status, pageParam, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    // One that was just asked for is still being counted.
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.items.some((one) => one.status === 'pending')) ? 5000 : false,
  });
}

function EndingSoon() {
  const { t } = useTranslation();
  const query = useQuery({
    queryKey: ['findings', 'soon'],
    queryFn: ({ signal }) => findingsApi.list({ q: SOON, sort: 'severity', limit: SHOWN }, signal),
  });
  const items = query.data?.items ?? [];
  return (
    <Section
      title={t('acceptances.soon')}
      aside={<Link to={findingsAddress(SOON)}>{t('acceptances.showSoon')}</Link>}
    >
      <Loaded query={query} rows={2}>
        {items.length === 0 ? (
          <p className="muted">{t('acceptances.noneSoon')}</p>
        ) : (
          <ul className="card rows" aria-label={t('acceptances.soon')}>
            {items.map((one) => (
              <li key={one.id}>
                <span className="rows-icon">
                  <Hourglass size={18} aria-hidden="true" />
                </span>
                <div className="rows-main">
                  <Link to={`/findings/${encodeURIComponent(one.id)}`} className="break">
                    {one.title}
                  </Link>
                  <div className="rows-facts">
                    <span>{t(`severity.${one.severity}`)}</span>
                    {one.acceptUntil === null ? null : (
                      <span>
                        {t('acceptances.opens')} <When time={one.acceptUntil} />
                      </span>
                    )}
                  </div>
                </div>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Section>
  );
}

function AcceptanceRow({ one }: { one: Acceptance }) {
  const { t } = useTranslation();
  const may = useMay();
  const user = useUser();
  const [asked, setAsked] = useState<'approve' | 'reject' | null>(null);
  const own = one.requester === user?.id;
  const refusal = own ? t('acceptances.own') : may('finding:accept') ? undefined : t('acceptances.mayNot');
  const waits = one.status === 'pending';
  return (
    <>
      <span className="rows-icon">
        <ShieldQuestion size={18} aria-hidden="true" />
      </span>
      <div className="rows-main">
        <div className="rows-title">
          <span>{t('acceptances.asks', { name: one.requesterName, count: one.findings })}</span>
          {waits ? null : <Badge>{t(`acceptances.status.${one.status}`)}</Badge>}
        </div>
        <div className="rows-facts">
          <span>{t(`reason.${one.reason as 'other'}`)}</span>
          {one.expires === null ? null : (
            <span>
              {t('suppressions.expires')} <When time={one.expires} />
            </span>
          )}
          <span>
            {t('acceptances.asked')} <When time={one.requested} />
          </span>
          {one.query ? <Link to={findingsAddress(one.query)}>{one.query}</Link> : null}
        </div>
        {one.comment ? <p className="break">{one.comment}</p> : null}
        {one.decision ? <p className="muted break">{one.decision}</p> : null}
      </div>
      {waits ? (
        <div className="rows-actions">
          <ActionButton
            refusal={own || may('finding:accept') ? undefined : t('acceptances.mayNot')}
            onClick={() => setAsked('reject')}
          >
            {t(own ? 'acceptances.takeBack' : 'acceptances.reject')}
          </ActionButton>
          <ActionButton variant="outlined" refusal={refusal} onClick={() => setAsked('approve')}>
            {t('acceptances.approve')}
          </ActionButton>
        </div>
      ) : null}
      {asked ? <DecideDialog one={one} how={asked} onClose={() => setAsked(null)} /> : null}
    </>
  );
}

function DecideDialog({
  one,
  how,
  onClose,
}: {
  one: Acceptance;
  how: 'approve' | 'reject';
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [comment, setComment] = useState('');
  const decide = useMutation({
    mutationFn: () => acceptancesApi[how](one.id, comment.trim()),
    async onSuccess() {
      toast(t(how === 'approve' ? 'acceptances.approved' : 'acceptances.rejected'));
      await client.invalidateQueries({ queryKey: ['acceptances'] });
      await client.invalidateQueries({ queryKey: ['findings'] });
      onClose();
    },
  });
  return (
    <FormDialog
      title={t(how === 'approve' ? 'acceptances.approveTitle' : 'acceptances.rejectTitle', {
        count: one.findings,
      })}
      lead={one.comment ?? t(`reason.${one.reason as 'other'}`)}
      action={t(how === 'approve' ? 'acceptances.approve' : 'acceptances.reject')}
      pending={decide.isPending}
      error={decide.error}
      onSubmit={() => decide.mutate()}
      onClose={onClose}
    >
      <Field id="acceptance-comment" label={t('triage.comment')} optional={t('form.optional')}>
        <textarea
          id="acceptance-comment"
          className="input"
          rows={3}
          maxLength={2000}
          value={comment}
          onChange={(event) => setComment(event.target.value)}
        />
      </Field>
    </FormDialog>
  );
}
