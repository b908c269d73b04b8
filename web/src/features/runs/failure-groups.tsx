import { useQuery } from '@tanstack/react-query';
import { CircleCheck, RotateCw, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useMay } from '../../app/session.ts';
import { Empty, Loaded } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { ActionButton } from '../findings/action-button.tsx';
import { type FailureGroup, runsApi } from './runs-api.ts';
import '../../ui/rows.css';

const WEEK_MS = 7 * 86_400_000;
const MINUTE_MS = 60_000;

interface FailureGroupsProps {
  /** In ms, as text; a week when it is empty. */
  since: string;
  titles: ReadonlyMap<string, string>;
  onRerun: (q: string) => void;
}

/** What failed the same way is one line: what to mend, instead of a list of the times that it happened. */
export function FailureGroups({ since, titles, onRerun }: FailureGroupsProps) {
  const { t } = useTranslation();
  // To the minute: else every drawing would be a new question.
  const from = since || String(Math.floor((Date.now() - WEEK_MS) / MINUTE_MS) * MINUTE_MS);
  const query = useQuery({
    queryKey: ['runs', 'list', 'failures', from],
    queryFn: ({ signal }) => runsApi.failures({ since: from }, signal),
    placeholderData: (before) => before,
  });
  const groups = query.data?.items ?? [];
  return (
    <Loaded query={query}>
      {groups.length === 0 ? (
        <Empty title={t('manyRuns.noFailures')} icon={<CircleCheck size={22} />}>
          {since ? undefined : t('manyRuns.noFailuresHint')}
        </Empty>
      ) : (
        <ul className="rows card" aria-label={t('manyRuns.failures')}>
          {groups.map((group) => (
            <GroupRow
              key={`${group.task} ${group.code}`}
              group={group}
              title={titles.get(group.task) ?? group.task}
              q={queryOf(group, from)}
              onRerun={onRerun}
            />
          ))}
        </ul>
      )}
    </Loaded>
  );
}

/** Exactly the runs that the line counts. */
function queryOf({ task, code }: FailureGroup, from: string): string {
  return `status:failed,interrupted task:${task} error:${code ?? 'none'} created:>=${new Date(Number(from)).toISOString()}`;
}

interface GroupRowProps {
  group: FailureGroup;
  title: string;
  q: string;
  onRerun: (q: string) => void;
}

function GroupRow({ group, title, q, onRerun }: GroupRowProps) {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <li>
      <span className="rows-icon">
        <TriangleAlert size={18} aria-hidden="true" />
      </span>
      <div className="rows-main">
        <div className="rows-title">
          <span>{title}</span>
          {group.code === null ? null : (
            <code className="small" translate="no">
              {group.code}
            </code>
          )}
        </div>
        <div className="rows-facts">
          <span>{group.last.message || t('manyRuns.noMessage')}</span>
        </div>
        <div className="rows-facts">
          <Link to={`/runs?q=${encodeURIComponent(q)}`}>{t('manyRuns.times', { count: group.count })}</Link>
          <Link to={`/runs/${encodeURIComponent(group.last.run)}`}>
            {t('manyRuns.last')} <When time={group.last.created} />
          </Link>
        </div>
      </div>
      <ActionButton
        size="small"
        variant="outlined"
        startIcon={<RotateCw size={14} />}
        refusal={may('run:create') ? undefined : t('manyRuns.mayNotStart')}
        onClick={() => onRerun(q)}
      >
        {t('manyRuns.rerunGroup', { count: group.count })}
      </ActionButton>
    </li>
  );
}
