import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Change } from '../../api/types.ts';
import { When } from '../../ui/time.tsx';
import type { FullFinding } from './types.ts';

/** The runs that saw the finding, newest first. The time is that in the run's own id. */
export function FindingRuns({ occurrences }: { occurrences: FullFinding['occurrences'] }) {
  const { t } = useTranslation();
  return (
    <ul className="finding-runs">
      {occurrences.map((occurrence) => {
        const time = timeOfId(occurrence.run);
        return (
          <li key={occurrence.run}>
            <span className="finding-runs-change">{t(`change.${occurrence.change as Change}`)}</span>
            <Link to={`/runs/${encodeURIComponent(occurrence.run)}`} className="mono">
              {t('finding.run', { id: occurrence.run.slice(-6) })}
            </Link>
            {time === undefined ? null : (
              <span className="muted small">
                <When time={time} />
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** Ids are UUIDs of version 7: their first 48 bits are milliseconds. */
function timeOfId(id: string): number | undefined {
  const match = /^[a-z]+_([0-9a-f]{8})-([0-9a-f]{4})-7/.exec(id);
  return match ? Number.parseInt(`${match[1]}${match[2]}`, 16) : undefined;
}
