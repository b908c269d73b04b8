import Button from '@mui/material/Button';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { GitCompare, RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../ui/badge.tsx';
import { Empty, Failure, Loaded, Loading } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { YamlDiff } from '../workflows/designer/yaml-diff.tsx';
import { policyRevisionQuery, policyRevisionsQuery } from './queries.ts';
import type { Policy } from './types.ts';

interface RevisionsPartProps {
  stored: Policy | null;
  /** Puts the text of a revision into the draft. */
  onTake?: (source: string) => void;
}

export function RevisionsPart({ stored, onTake }: RevisionsPartProps) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(policyRevisionsQuery);
  const [open, setOpen] = useState<number | null>(null);
  const revisions = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Loaded query={query} rows={4}>
      {revisions.length === 0 ? <Empty title={t('policy.noRevisions')} /> : null}
      <ol className="card rows">
        {revisions.map(({ revision, note, created }) => (
          <li key={revision}>
            <div className="rows-main">
              <p className="rows-title">
                {t('policy.revision', { revision })}
                {revision === stored?.revision ? <Badge tone="accent">{t('policy.inForce')}</Badge> : null}
              </p>
              <p className="rows-facts">
                <When time={created} />
                <span className="break">{note || t('policy.noNote')}</span>
              </p>
            </div>
            <div className="rows-actions">
              {revision > 1 ? (
                <Button
                  size="small"
                  startIcon={<GitCompare size={14} />}
                  aria-expanded={open === revision}
                  aria-label={t('policy.changesOf', { revision })}
                  onClick={() => setOpen(open === revision ? null : revision)}
                >
                  {t('policy.changes')}
                </Button>
              ) : null}
              {onTake && revision !== stored?.revision ? (
                <TakeButton revision={revision} onTake={onTake} />
              ) : null}
            </div>
            {open === revision ? <RevisionDiff to={revision} /> : null}
          </li>
        ))}
      </ol>
      {query.hasNextPage ? (
        <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('action.more')}
        </Button>
      ) : null}
    </Loaded>
  );
}

function TakeButton({ revision, onTake }: { revision: number; onTake: (source: string) => void }) {
  const { t } = useTranslation();
  const query = useQuery({ ...policyRevisionQuery(revision), enabled: false });
  return (
    <Button
      size="small"
      startIcon={<RotateCcw size={14} />}
      loading={query.isFetching}
      aria-label={t('policy.takeNamed', { revision })}
      onClick={() => void query.refetch().then(({ data }) => data && onTake(data.source))}
    >
      {query.isError ? t('action.retry') : t('policy.take')}
    </Button>
  );
}

function RevisionDiff({ to }: { to: number }) {
  const { t } = useTranslation();
  const before = useQuery(policyRevisionQuery(to - 1));
  const after = useQuery(policyRevisionQuery(to));
  const error = before.error ?? after.error;
  return (
    <div className="policy-diff">
      {error ? <Failure error={error} /> : null}
      {before.data && after.data ? (
        <YamlDiff
          label={t('policy.changesOf', { revision: to })}
          before={before.data.source}
          after={after.data.source}
        />
      ) : error ? null : (
        <Loading rows={4} />
      )}
    </div>
  );
}
