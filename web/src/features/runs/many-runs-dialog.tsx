import { useMutation, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Loaded } from '../../ui/states.tsx';
import { type ManyAction, runsApi, type Which } from './runs-api.ts';

export interface ManyRuns {
  action: ManyAction;
  which: Which;
}

interface ManyRunsDialogProps {
  asked: ManyRuns;
  onStarted: (job: string) => void;
  onClose: () => void;
}

/** Says how many it would be before it is done. */
export function ManyRunsDialog({ asked, onStarted, onClose }: ManyRunsDialogProps) {
  const { t } = useTranslation();
  const { action, which } = asked;
  const preview = useQuery({
    queryKey: ['runs', 'many', action, which],
    queryFn: ({ signal }) => runsApi.many(action, { ...which, dryRun: true }, signal),
    gcTime: 0,
  });
  const start = useMutation({
    mutationFn: () => runsApi.many(action, which),
    onSuccess: ({ job }) => {
      if (job) onStarted(job.id);
      onClose();
    },
  });
  const counts = preview.data?.preview;
  const nothing = counts?.changes === 0;
  return (
    <FormDialog
      title={t(`manyRuns.ask.${action}`)}
      action={nothing ? t('action.close') : t(`manyRuns.do.${action}`, { count: counts?.changes ?? 0 })}
      danger={action === 'cancel' && !nothing}
      pending={start.isPending || preview.isPending}
      error={start.error}
      onSubmit={() => (nothing ? onClose() : start.mutate())}
      onClose={onClose}
    >
      <Loaded query={preview} rows={1}>
        {counts ? (
          <>
            <p>{t(`manyRuns.would.${action}`, { changes: counts.changes, total: counts.total })}</p>
            <ul className="change-skips">
              {counts.skipped.map(({ reason, words, count }) => (
                <li key={reason}>{t('manyRuns.left', { count, words })}</li>
              ))}
            </ul>
          </>
        ) : null}
      </Loaded>
    </FormDialog>
  );
}
