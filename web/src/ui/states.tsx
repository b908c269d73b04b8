import Button from '@mui/material/Button';
import { CircleX, Inbox, RotateCw, TriangleAlert } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError, CANCELLED } from '../api/client.ts';
import { PasskeyError } from '../api/passkey.ts';
import { Inline } from './prose.tsx';
import { clockTime } from './time.tsx';
import './states.css';

/** Nothing for 150 ms, then grey bars in the final shape. */
export function Loading({ rows = 6, height = 36 }: { rows?: number; height?: number }) {
  const { t } = useTranslation();
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 150);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="loading" role="status" aria-label={t('state.loading')}>
      {Array.from({ length: rows }, (_, row) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: the bars are all alike
          key={row}
          className={late ? 'loading-bar loading-bar-shown' : 'loading-bar'}
          style={{ height }}
        />
      ))}
    </div>
  );
}

interface EmptyProps {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  icon?: ReactNode;
}

/** Why there is nothing, and one thing to do about it. */
export function Empty({ title, children, action, icon }: EmptyProps) {
  return (
    <div className="empty">
      <span className="empty-icon" aria-hidden="true">
        {icon ?? <Inbox size={22} />}
      </span>
      <p className="empty-title">{title}</p>
      {children ? <p className="muted prose">{children}</p> : null}
      {action ? <div className="row wrap">{action}</div> : null}
    </div>
  );
}

/** What failed, what to do, the request id to quote. With `since`, the older data stays on screen below. */
export function Failure({
  error,
  onRetry,
  since,
  quiet,
}: {
  error: unknown;
  onRetry?: () => void;
  since?: number;
  /** What went wrong is the person's own and needs no number to quote. */
  quiet?: boolean;
}) {
  const { t } = useTranslation();
  const known = error instanceof ApiError ? error : undefined;
  if (known?.code === CANCELLED) return null;
  const words = error instanceof PasskeyError ? t(`passkey.problem.${error.reason}`) : undefined;
  return (
    <div className="notice notice-danger" role="alert">
      <CircleX size={18} aria-hidden="true" />
      <div className="grow">
        <p className="notice-title">{known?.message ?? words ?? t('state.unexpected')}</p>
        {known?.hint ? (
          <p className="muted">
            <Inline text={known.hint} />
          </p>
        ) : null}
        {since ? <p className="muted">{t('state.asOf', { time: clockTime(since) })}</p> : null}
        {known?.requestId && !quiet ? (
          <p className="faint small">
            {t('state.requestId')} <code translate="no">{known.requestId}</code>
          </p>
        ) : null}
      </div>
      {onRetry && mayHelp(known) ? (
        <Button onClick={onRetry} startIcon={<RotateCw size={16} />}>
          {t('action.retry')}
        </Button>
      ) : null}
    </div>
  );
}

/** The same request again helps against a lost connection or a broken server, not against a refusal. */
function mayHelp(error: ApiError | undefined): boolean {
  return error === undefined || error.status === 0 || error.status === 429 || error.status >= 500;
}

export function Warning({
  title,
  children,
  action,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="notice notice-warning" role="status">
      <TriangleAlert size={18} aria-hidden="true" />
      <div className="grow">
        <p className="notice-title">{title}</p>
        {children ? <div className="muted">{children}</div> : null}
      </div>
      {action}
    </div>
  );
}

interface LoadState {
  isPending: boolean;
  isError: boolean;
  data: unknown;
  error: unknown;
  dataUpdatedAt: number;
  refetch: () => unknown;
}

/** Loading, failed, stale or there: the four states of everything that comes from the server. */
export function Loaded({ query, rows, children }: { query: LoadState; rows?: number; children: ReactNode }) {
  const retry = () => void query.refetch();
  if (query.data !== undefined) {
    return (
      <>
        {query.isError ? <Failure error={query.error} onRetry={retry} since={query.dataUpdatedAt} /> : null}
        {children}
      </>
    );
  }
  if (query.isError) return <Failure error={query.error} onRetry={retry} />;
  return <Loading {...(rows === undefined ? {} : { rows })} />;
}
