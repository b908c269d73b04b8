import Button from '@mui/material/Button';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Check, UserCheck, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/client.ts';
import { useMay } from '../../app/session.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { describedBy, Field } from '../../ui/input.tsx';
import { toast } from '../../ui/toast.tsx';
import { Until } from '../workflows/until.tsx';
import { approvalsApi } from '../workflows/workflows-api.ts';
import './approvals.css';

interface ApprovalCardProps {
  approval: { id: string; step: string; message: string; expires: number | null };
}

/** What waits for a person, with both answers. */
export function ApprovalCard({ approval }: ApprovalCardProps) {
  const { t } = useTranslation();
  return (
    <section className="card approval" aria-label={t('approval.of', { step: approval.step })}>
      <UserCheck size={20} aria-hidden="true" />
      <div className="grow">
        <p className="approval-title break">{t('approval.of', { step: approval.step })}</p>
        {approval.message ? <p className="approval-message">{approval.message}</p> : null}
        {approval.expires ? (
          <p className="muted small">
            {t('approval.expires')} <Until time={approval.expires} />
          </p>
        ) : null}
      </div>
      <Decide approval={approval.id} step={approval.step} />
    </section>
  );
}

export function Decide({ approval, step }: { approval: string; step: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const [asked, setAsked] = useState<'approve' | 'reject' | null>(null);
  if (!may('approval:decide')) return <p className="muted small">{t('approval.mayNot')}</p>;
  return (
    <div className="rows-actions">
      <Button
        startIcon={<X size={16} />}
        aria-label={t('approval.rejectOf', { step })}
        onClick={() => setAsked('reject')}
      >
        {t('approval.reject')}
      </Button>
      <Button
        variant="contained"
        color="primary"
        startIcon={<Check size={16} />}
        aria-label={t('approval.approveOf', { step })}
        onClick={() => setAsked('approve')}
      >
        {t('approval.approve')}
      </Button>
      {asked ? (
        <DecideDialog
          approval={approval}
          step={step}
          approve={asked === 'approve'}
          onClose={() => setAsked(null)}
        />
      ) : null}
    </div>
  );
}

interface DecideDialogProps {
  approval: string;
  step: string;
  approve: boolean;
  onClose: () => void;
}

function DecideDialog({ approval, step, approve, onClose }: DecideDialogProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [comment, setComment] = useState('');
  const decide = useMutation({
    mutationFn: () =>
      approvalsApi.decide(approval, { approve, ...(comment.trim() ? { comment: comment.trim() } : {}) }),
    onSuccess: () => {
      toast(approve ? t('approval.approvedToast', { step }) : t('approval.rejectedToast', { step }));
      onClose();
    },
    // The question goes away when somebody else was faster; the reason must not go with it.
    onError: (error) => {
      if (error instanceof ApiError && error.code === 'conflict') toast(error.message, 'failed');
    },
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['approvals'] });
      void client.invalidateQueries({ queryKey: ['workflow-runs'] });
    },
  });
  const id = 'approval-comment';
  return (
    <FormDialog
      title={approve ? t('approval.approveTitle', { step }) : t('approval.rejectTitle', { step })}
      lead={approve ? t('approval.approveHint') : t('approval.rejectHint')}
      action={approve ? t('approval.approve') : t('approval.reject')}
      danger={!approve}
      pending={decide.isPending}
      error={decide.error}
      onSubmit={() => decide.mutate()}
      onClose={onClose}
    >
      <Field
        id={id}
        label={t('approval.comment')}
        hint={t('approval.commentHint')}
        optional={t('form.optional')}
      >
        <textarea
          id={id}
          className="input"
          rows={3}
          maxLength={2000}
          value={comment}
          aria-describedby={describedBy(id, { hint: true })}
          onChange={(event) => setComment(event.target.value)}
        />
      </Field>
    </FormDialog>
  );
}
