import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { Run } from '../../api/types.ts';
import { elapsed } from '../../ui/clock.ts';
import './run-strip.css';

const MOST = 100;
const HEIGHT = 36;
const LEAST = 4;

/**
 * The last runs at a glance: the height is how long, colour and mark how it ended. For the pointer only: the list below is the
 * same for everybody.
 */
export function RunStrip({ runs, titles }: { runs: readonly Run[]; titles: ReadonlyMap<string, string> }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const shown = runs.slice(0, MOST).toReversed();
  const lengths = shown.map(lengthOf);
  const longest = Math.log1p(Math.max(1, ...lengths));
  return (
    <div className="run-strip" aria-hidden="true" title={t('runsMore.strip')}>
      {shown.map((run, at) => {
        const length = lengths[at] ?? 0;
        // Long and short runs differ a thousandfold: by their logarithm both can be seen.
        const height = Math.max(LEAST, Math.round((Math.log1p(length) / longest) * HEIGHT));
        return (
          <button
            key={run.id}
            type="button"
            tabIndex={-1}
            className={`run-bar run-bar-${run.status}`}
            title={t('runsMore.hint', {
              status: t(`runStatus.${run.status}`),
              task: titles.get(run.task) ?? run.task,
              duration: elapsed(length),
            })}
            onClick={() => void navigate(`/runs/${encodeURIComponent(run.id)}`)}
          >
            <span className="run-bar-fill" style={{ height }} />
          </button>
        );
      })}
    </div>
  );
}

function lengthOf(run: Run): number {
  if (run.started === null) return 0;
  return Math.max(0, (run.ended ?? Date.now()) - run.started);
}
