import type { Progress } from '../../api/types.ts';

const numbers = new Intl.NumberFormat();

/** Known total: a bar that fills. Unknown total: the count, and a bar that only says that something goes on. */
export function ProgressBar({ progress, label }: { progress: Progress | null; label: string }) {
  const total = progress?.total ?? null;
  const known = progress !== null && total !== null && total > 0;
  const percent = known ? Math.min(100, Math.floor((progress.done / total) * 100)) : undefined;
  return (
    <div className="progress">
      <div
        className={known ? 'progress-bar' : 'progress-bar progress-unknown'}
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
      >
        <div className="progress-fill" style={{ width: known ? `${percent}%` : '30%' }} />
      </div>
      <span className="progress-text small muted">
        {known
          ? `${numbers.format(progress.done)} / ${numbers.format(total)}`
          : progress
            ? numbers.format(progress.done)
            : '…'}
      </span>
    </div>
  );
}
