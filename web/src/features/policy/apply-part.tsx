import Button from '@mui/material/Button';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Undo2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../app/session.ts';
import { useProjectEvents } from '../../live/live.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Failure, Loaded, Loading, Warning } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';
import { policyApi } from './policy-api.ts';
import { policyChangesQuery } from './queries.ts';
import { ReplayView } from './replay-view.tsx';
import type { ChangeSet, Policy } from './types.ts';

/** Everything that was ever found. */
const ALWAYS = '3650d';

interface ApplyPartProps {
  stored: Policy | null;
  changed: boolean;
  mayWrite: boolean;
  onLine: (line: number) => void;
}

/** The policy decides about new and changed findings by itself. Here it decides about all of them once, after one has seen what that means. */
export function ApplyPart({ stored, changed, mayWrite, onLine }: ApplyPartProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const preview = useMutation({ mutationFn: () => policyApi.replay(ALWAYS, undefined) });
  const changes = useQuery(policyChangesQuery);
  const refresh = () => void client.invalidateQueries({ queryKey: policyChangesQuery.queryKey });
  useProjectEvents((events) => {
    if (events.some(({ type }) => type.startsWith('finding.'))) refresh();
  }, refresh);
  return (
    <div className="stack">
      <p className="muted prose">{t('apply.lead')}</p>
      {stored === null ? <p>{t('apply.none')}</p> : null}
      {changed && stored ? <Warning title={t('apply.unsaved', { revision: stored.revision })} /> : null}
      <div className="row wrap">
        <Button loading={preview.isPending} disabled={!stored} onClick={() => preview.mutate()}>
          {t('apply.preview')}
        </Button>
        {preview.data && mayWrite ? (
          <Button variant="contained" color="primary" onClick={() => setAsking(true)}>
            {t('apply.apply')}
          </Button>
        ) : null}
        {mayWrite ? null : <span className="muted">{t('policy.mayNot')}</span>}
      </div>
      {preview.isPending ? <Loading rows={6} /> : null}
      {preview.error ? <Failure error={preview.error} onRetry={() => preview.mutate()} /> : null}
      {preview.data && !preview.isPending ? (
        <>
          <p className="muted prose">{t('apply.previewNote')}</p>
          <ReplayView replay={preview.data} onLine={onLine} />
        </>
      ) : null}
      <section className="stack" aria-label={t('apply.changes')}>
        <h3>{t('apply.changes')}</h3>
        <Loaded query={changes} rows={2}>
          <Changes changes={changes.data?.items ?? []} onDone={refresh} />
        </Loaded>
      </section>
      {asking && stored ? (
        <Confirm
          title={t('apply.title', { revision: stored.revision })}
          action={t('apply.apply')}
          harmless
          onClose={() => setAsking(false)}
          onConfirm={async () => {
            await policyApi.apply();
            toast(t('apply.started'));
            refresh();
          }}
        >
          {t('apply.hint')}
        </Confirm>
      ) : null}
    </div>
  );
}

function Changes({ changes, onDone }: { changes: readonly ChangeSet[]; onDone: () => void }) {
  const { t } = useTranslation();
  const mayUndo = useMay()('finding:triage');
  const undo = useMutation({ mutationFn: policyApi.undo, onSettled: onDone });
  if (changes.length === 0) return <p className="muted">{t('apply.nothing')}</p>;
  return (
    <>
      {undo.error ? <Failure error={undo.error} /> : null}
      <ul className="card rows">
        {changes.map((change) => (
          <li key={change.id}>
            <div className="rows-main">
              <p className="rows-title">{change.text}</p>
              <p className="rows-facts">
                <When time={change.created} />
                {change.skipped.map(({ reason, words, count }) => (
                  <span key={reason}>
                    {count}: {words}
                  </span>
                ))}
                {change.undo ? <span>{change.undo.text}</span> : null}
              </p>
            </div>
            <div className="rows-actions">
              {change.undo ? <Badge>{t('apply.undone')}</Badge> : null}
              {mayUndo && change.undo === null && change.status === 'done' && change.changed > 0 ? (
                <Button
                  size="small"
                  startIcon={<Undo2 size={14} />}
                  loading={undo.isPending && undo.variables === change.id}
                  onClick={() => undo.mutate(change.id)}
                >
                  {t('apply.undo')}
                </Button>
              ) : null}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
