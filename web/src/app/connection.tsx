import Button from '@mui/material/Button';
import { RotateCw } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useConnection, useLiveSocket } from '../live/live.tsx';
import { clockTime, useNow } from '../ui/clock.ts';
import { Warning } from '../ui/states.tsx';

/** Short losses heal by themselves; a banner for each would only disturb. */
const BANNER_AFTER_MS = 5000;

export function ConnectionMark() {
  const { t } = useTranslation();
  const { status } = useConnection();
  if (status === 'idle' || status === 'connecting') return null;
  return (
    <span className={`connection connection-${status}`}>
      <span className="connection-dot" aria-hidden="true" />
      {t(`connection.${status}`)}
    </span>
  );
}

export function ConnectionBanner() {
  const { t } = useTranslation();
  const { lostAt } = useConnection();
  const socket = useLiveSocket();
  const now = useNow(1000, lostAt !== null);
  if (lostAt === null || now - lostAt < BANNER_AFTER_MS) return null;
  return (
    <div className="connection-banner">
      <Warning
        title={t('connection.paused', { time: clockTime(lostAt) })}
        action={
          <Button onClick={socket.retryNow} startIcon={<RotateCw size={16} />}>
            {t('action.retry')}
          </Button>
        }
      />
    </div>
  );
}
