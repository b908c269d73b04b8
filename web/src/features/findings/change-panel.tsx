import Button from '@mui/material/Button';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleCheck, Clock, X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useMay } from '../../app/session.ts';
import { Failure, Loaded } from '../../ui/states.tsx';
import { ActionButton } from './action-button.tsx';
import { changesApi } from './findings-api.ts';
import { changeQuery, isBusy } from './queries.ts';
import type { ChangeSet } from './types.ts';
import { readAllAgain, type Triage } from './use-triage.ts';
import './bulk-bar.css';

/** A bulk change: how far it is, what came of it, why something was skipped, and the way back. */
export function ChangePanel({
  id,
  triage,
  onClose,
}: {
  id: string;
  triage?: Pick<Triage, 'undoMany' | 'lastIsMany'>;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const query = useQuery(changeQuery(id));
  const status = query.data?.status;
  // Also of one that has ended before it was looked at first: its rows were read before it began.
  const ended = status !== undefined && !isBusy(status) ? `${id} ${status}` : undefined;
  const seen = useRef<string>(undefined);
  useEffect(() => {
    if (ended && ended !== seen.current) readAllAgain(client);
    seen.current = ended;
  }, [client, ended]);
  return (
    <section className="card change-panel" aria-label={t('changes.title')}>
      <Loaded query={query} rows={1}>
        {query.data ? (
          <ChangeState change={query.data} {...(triage ? { triage } : {})} onClose={onClose} />
        ) : null}
      </Loaded>
    </section>
  );
}

interface ChangeStateProps {
  change: ChangeSet;
  /** Where `u` takes changes back. */
  triage?: Pick<Triage, 'undoMany' | 'lastIsMany'>;
  onClose?: () => void;
}

export function ChangeState({ change, triage, onClose }: ChangeStateProps) {
  const { t } = useTranslation();
  const may = useMay();
  const client = useQueryClient();
  const undo = useMutation({
    mutationFn: async () => {
      if (triage) return triage.undoMany(change.id);
      client.setQueryData(['changes', change.id], await changesApi.undo(change.id));
      void client.invalidateQueries({ queryKey: ['changes'] });
    },
  });
  const busy = isBusy(change.status);
  const canUndo = change.status === 'done' && ['triage', 'acceptance', 'policy'].includes(change.kind);
  const skipped = change.undo?.kept.length ? change.undo.kept : change.skipped;
  return (
    <>
      <div className="change-panel-head">
        {busy ? <Clock size={18} aria-hidden="true" /> : <CircleCheck size={18} aria-hidden="true" />}
        <strong className="grow break" role="status">
          {textOf(t, change)}
        </strong>
        {change.status === 'waiting' ? (
          <Link to="/findings/acceptances">{t('changes.toAcceptances')}</Link>
        ) : null}
        {canUndo && change.changed > 0 ? (
          <ActionButton
            size="small"
            variant="outlined"
            refusal={may('finding:triage') ? undefined : t('triage.mayNot')}
            loading={undo.isPending}
            {...(triage?.lastIsMany === change.id ? { shortcut: 'u' } : {})}
            onClick={() => undo.mutate()}
          >
            {t('changes.undo', { count: change.changed })}
          </ActionButton>
        ) : null}
        {onClose ? (
          <Button size="small" aria-label={t('action.close')} onClick={onClose}>
            <X size={16} aria-hidden="true" />
          </Button>
        ) : null}
      </div>
      {busy ? (
        <progress
          {...(change.total > 0 ? { max: change.total, value: change.done } : {})}
          aria-label={t('changes.progress')}
        />
      ) : null}
      {change.error ? <p className="field-error">{change.error}</p> : null}
      {!busy && skipped.length > 1 ? (
        <ul className="change-skips">
          {skipped.map(({ reason, words, count }) => (
            <li key={reason}>{t('changes.skipped', { count, words })}</li>
          ))}
        </ul>
      ) : null}
      {undo.error ? <Failure error={undo.error} /> : null}
    </>
  );
}

function textOf(t: ReturnType<typeof useTranslation>['t'], change: ChangeSet): string {
  const { status, done, total } = change;
  if (status === 'planning') return t('changes.planning');
  if (status === 'running') return t('changes.running', { done, total });
  if (status === 'undoing') return t('changes.undoing');
  if (status === 'waiting') return t('changes.waiting', { count: total });
  if (status === 'undone' && change.undo && change.undo.kept.length > 1)
    return t('changes.undoneSome', { undone: change.undo.undone, kept: sum(change.undo.kept) });
  if (status === 'undone') return change.undo?.text ?? t('changes.undone');
  // Several reasons stand below, one stands in the sentence.
  if (status === 'done' && change.skipped.length > 1)
    return t('changes.done', { changed: change.changed, skipped: sum(change.skipped) });
  return change.text;
}

function sum(counts: readonly { count: number }[]): number {
  return counts.reduce((all, { count }) => all + count, 0);
}
