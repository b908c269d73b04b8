import { CircleCheck, CircleX, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Failure } from '../../../ui/states.tsx';
import type { DocumentProblem } from '../types.ts';
import type { Problems } from './use-problems.ts';

/** Everything that is wrong, each with the way to its place. */
export function ProblemList({
  problems,
  onGo,
}: {
  problems: Problems;
  onGo: (problem: DocumentProblem) => void;
}) {
  const { t } = useTranslation();
  const { errors, warnings, failure, checking } = problems;
  if (failure) return <Failure error={failure} />;
  if (errors.length + warnings.length === 0)
    return (
      <p className="wf-all-well">
        <CircleCheck size={16} aria-hidden="true" />
        {checking ? t('designer.checking') : t('designer.noProblems')}
      </p>
    );
  return (
    <ul className="wf-problems">
      {[...errors, ...warnings].map((problem, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same words may stand twice
        <li key={at}>
          <button type="button" className="wf-problem" onClick={() => onGo(problem)}>
            {errors.includes(problem) ? (
              <CircleX size={15} aria-label={t('designer.error')} className="wf-problem-error" />
            ) : (
              <TriangleAlert size={15} aria-label={t('designer.warning')} className="wf-problem-warning" />
            )}
            <span className="grow break">
              {problem.message}
              <span className="wf-problem-place">
                {problem.line === null ? '' : t('designer.line', { line: problem.line })} {problem.field}
              </span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
