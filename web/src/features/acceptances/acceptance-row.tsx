import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ShieldQuestion } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useMay, useUser } from '../../app/session.ts';
import { Badge } from '../../ui/badge.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Field } from '../../ui/input.tsx';
import { SeverityChip } from '../../ui/severity.tsx';
import { EndDay, When } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';
import { ActionButton } from '../findings/action-button.tsx';
import { acceptancesApi } from '../findings/findings-api.ts';
import { placeOf } from '../findings/location.ts';
import { findingsAddress } from '../findings/query-text.ts';
import type { Acceptance } from '../findings/types.ts';
import './acceptances.css';

/** Who asks for what, about which findings, and both answers. */
export function AcceptanceRow({ one }: { one: Acceptance }) {
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
              {t('suppressions.expires')} <EndDay time={one.expires} />
            </span>
          )}
          <span>
            {t('acceptances.asked')} <When time={one.requested} />
          </span>
          {one.query ? <Link to={findingsAddress(one.query)}>{one.query}</Link> : null}
        </div>
        <About one={one} />
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

function About({ one }: { one: Acceptance }) {
  const { t } = useTranslation();
  const more = one.findings - one.about.length;
  return (
    <ul className="acceptance-about">
      {one.about.map(({ id, title, severity, location }) => {
        const place = placeOf(location);
        return (
          <li key={id}>
            <SeverityChip severity={severity} />
            <Link to={`/findings/${encodeURIComponent(id)}`} className="break">
              {title}
            </Link>
            <span className="muted small mono break" translate="no">
              {place.main}
              {place.detail}
            </span>
          </li>
        );
      })}
      {more > 0 ? (
        <li>
          <Link to={`/findings/changes?at=${encodeURIComponent(one.id)}`}>
            {t('acceptances.more', { count: more })}
          </Link>
        </li>
      ) : null}
    </ul>
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
      await client.invalidateQueries({ queryKey: ['overview', 'attention'] });
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
