import { useQuery } from '@tanstack/react-query';
import { CircleCheck, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Run } from '../../api/types.ts';
import { hasEnded } from '../../ui/run-status.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import type { LiveRun } from './live-run.ts';
import { runProblemsQuery } from './queries.ts';

/** What could not be examined. A run with problems is partial, and says so. */
export function RunProblems({ run, live }: { run: Run; live: LiveRun | undefined }) {
  const { t } = useTranslation();
  const query = useQuery(runProblemsQuery(run.id));
  const stored = query.data?.items ?? [];
  const problems = live && live.problems.length > stored.length ? live.problems : stored;
  return (
    <Loaded query={query}>
      {problems.length === 0 ? (
        <Empty title={t('problems.none')} icon={<CircleCheck size={22} />}>
          {hasEnded(run.status) ? t('problems.noneHint') : t('problems.noneYet')}
        </Empty>
      ) : (
        <ul className="plain-list">
          {problems.map((problem, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: problems have no id and are only appended
            <li key={at} className="problem">
              <TriangleAlert size={16} aria-hidden="true" />
              <span className="grow">
                <span className="break">{problem.message}</span>
                <span className="problem-at mono break">
                  {problem.at} <span className="faint">{problem.code}</span>
                </span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Loaded>
  );
}
