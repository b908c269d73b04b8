import { Clock } from 'lucide-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/client.ts';
import { duration, useNow } from '../../ui/clock.ts';
import { Failure } from '../../ui/states.tsx';

/** Seconds that are left of a lock-out; 0 when there is none. */
export function useWait(error: unknown): number {
  const wait = error instanceof ApiError && error.code === 'too-many-attempts' ? (error.retryAfter ?? 0) : 0;
  // Each attempt brings another error: the count begins anew with it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const end = useMemo(() => Date.now() + wait * 1000, [error, wait]);
  const now = useNow(250, wait > 0);
  return Math.min(wait, Math.max(0, Math.ceil((end - now) / 1000)));
}

/** A lock-out is told with a clock, and says when it is over; everything else as what it is. */
export function WaitOrFailure({ error, seconds }: { error: unknown; seconds: number }) {
  const { t } = useTranslation();
  if (!error) return null;
  if (!(error instanceof ApiError) || error.code !== 'too-many-attempts')
    return <Failure error={error} quiet={error instanceof ApiError && error.status < 500} />;
  return (
    <div className={`notice notice-${seconds > 0 ? 'warning' : 'info'}`} role="status">
      <Clock size={18} aria-hidden="true" />
      <div className="grow">
        <p className="notice-title">{seconds > 0 ? t('signIn.tooMany') : t('signIn.waitOver')}</p>
        {seconds > 0 ? (
          <p className="muted">
            {t('signIn.wait')} {/* Read once and not every second. */}
            <span className="sign-in-clock" aria-hidden="true">
              {duration(seconds * 1000)}
            </span>
          </p>
        ) : null}
      </div>
    </div>
  );
}
