import Button from '@mui/material/Button';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { GitCompare, RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../app/session.ts';
import { Badge } from '../../ui/badge.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Failure, Loaded, Loading } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';
import { YamlDiff } from './designer/yaml-diff.tsx';
import { differenceQuery, revisionQuery, revisionsQuery } from './queries.ts';
import type { Revision, Workflow } from './types.ts';
import { workflowsApi } from './workflows-api.ts';
import '../../ui/rows.css';

/** Every revision, what it changed, and the way back to it. */
export function RevisionsPart({ workflow }: { workflow: Workflow }) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(revisionsQuery(workflow.name));
  const [open, setOpen] = useState<number | null>(null);
  const [restoring, setRestoring] = useState<Revision | null>(null);
  const mayWrite = useMay()('workflow:write');
  const restore = useRestore(workflow);
  const revisions = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Loaded query={query}>
      <ol className="card rows wf-revisions">
        {revisions.map((revision) => (
          <li key={revision.revision}>
            <div className="rows-main">
              <div className="rows-title">
                {t('workflows.revision', { revision: revision.revision })}
                {revision.revision === workflow.revision ? (
                  <Badge tone="accent">{t('workflow.current')}</Badge>
                ) : null}
              </div>
              <div className="rows-facts">
                <When time={revision.created} />
                <span className="break">{revision.note || t('workflow.noNote')}</span>
              </div>
            </div>
            <div className="rows-actions">
              {revision.revision > 1 ? (
                <Button
                  size="small"
                  startIcon={<GitCompare size={14} />}
                  aria-expanded={open === revision.revision}
                  aria-label={t('workflow.diffOf', { revision: revision.revision })}
                  onClick={() => setOpen(open === revision.revision ? null : revision.revision)}
                >
                  {t('workflow.diff')}
                </Button>
              ) : null}
              {mayWrite && revision.revision !== workflow.revision ? (
                <Button
                  size="small"
                  startIcon={<RotateCcw size={14} />}
                  aria-label={t('workflow.restoreOf', { revision: revision.revision })}
                  onClick={() => setRestoring(revision)}
                >
                  {t('workflow.restore')}
                </Button>
              ) : null}
            </div>
            {open === revision.revision ? <RevisionDiff name={workflow.name} to={revision.revision} /> : null}
          </li>
        ))}
      </ol>
      {query.hasNextPage ? (
        <Button onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>
          {t('action.more')}
        </Button>
      ) : null}
      {restoring ? (
        <Confirm
          title={t('workflow.restoreTitle', { revision: restoring.revision })}
          action={t('workflow.restore')}
          harmless
          onConfirm={() => restore.mutateAsync(restoring.revision)}
          onClose={() => setRestoring(null)}
        >
          {t('workflow.restoreHint')}
        </Confirm>
      ) : null}
    </Loaded>
  );
}

function useRestore(workflow: Workflow) {
  const { t } = useTranslation();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (revision: number) => workflowsApi.restore(workflow.name, { revision }),
    onSuccess: (saved) => {
      toast(t('designer.publishedToast', { name: saved.name, revision: saved.revision }));
      return client.invalidateQueries({ queryKey: ['workflows'] });
    },
  });
}

function RevisionDiff({ name, to }: { name: string; to: number }) {
  const { t } = useTranslation();
  const difference = useQuery(differenceQuery(name, to - 1, to));
  const before = useQuery(revisionQuery(name, to - 1));
  const after = useQuery(revisionQuery(name, to));
  const error = difference.error ?? before.error ?? after.error;
  return (
    <div className="stack wf-revision-diff">
      {error ? <Failure error={error} /> : null}
      {difference.data ? (
        <ul className="stack">
          {difference.data.steps.map((change) => (
            <li key={`${change.section} ${change.step}`} className="wf-change">
              <Badge
                tone={
                  change.change === 'added' ? 'success' : change.change === 'removed' ? 'danger' : 'plain'
                }
              >
                {t(`workflow.change.${change.change}`)}
              </Badge>
              <strong className="break">{change.step}</strong>
              <span className="muted small break">{change.fields.map(({ field }) => field).join(', ')}</span>
            </li>
          ))}
          {difference.data.fields.map(({ field }) => (
            <li key={field} className="wf-change">
              <Badge>{t('workflow.change.changed')}</Badge>
              <span className="break">{field}</span>
            </li>
          ))}
          {difference.data.text === '' ? <li className="muted">{t('workflow.sameText')}</li> : null}
        </ul>
      ) : null}
      {before.data && after.data ? (
        <YamlDiff
          label={t('workflow.diffOf', { revision: to })}
          before={before.data.source}
          after={after.data.source}
        />
      ) : error ? null : (
        <Loading rows={4} />
      )}
    </div>
  );
}
