import { CircleX, Inbox, RotateCw, TriangleAlert } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError, CANCELLED } from '../api/client.ts';
import { PasskeyError } from '../api/passkey.ts';
import type { FieldProblem } from '../api/types.ts';
import { clockTime, useNow } from './clock.ts';
import { IdChip } from './copy-chip.tsx';
import { PlainButton } from './plain-button.tsx';
import { Inline } from './prose.tsx';
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
  problems = [],
}: {
  error: unknown;
  onRetry?: () => void;
  since?: number;
  /** What went wrong is the person's own and needs no number to quote. */
  quiet?: boolean;
  /** What is wrong with fields that are not on the screen. */
  problems?: readonly FieldProblem[];
}) {
  const { t } = useTranslation();
  const known = error instanceof ApiError ? error : undefined;
  const seconds = useSecondsLeft(known);
  if (known?.code === CANCELLED) return null;
  const hint = known?.hint ?? t(`state.hint.${hintFor(error)}`);
  const words = error instanceof PasskeyError ? t(`passkey.problem.${error.reason}`) : undefined;
  return (
    <div className="notice notice-danger" role="alert">
      <CircleX size={18} aria-hidden="true" />
      <div className="grow">
        <p className="notice-title">{known?.message ?? words ?? t('state.unexpected')}</p>
        {hint && !known?.retryAfter ? (
          <p className="muted">
            <Inline text={hint} />
          </p>
        ) : null}
        {problems.map(({ field, message }) => (
          <p key={`${field} ${message}`}>
            <code className="break">{field}</code> {message}
          </p>
        ))}
        {known?.retryAfter ? <Wait seconds={seconds} /> : null}
        {since ? <p className="muted">{t('state.asOf', { time: clockTime(since) })}</p> : null}
        {known?.requestId && !quiet ? (
          <p className="notice-request faint small">
            {t('state.requestId')} <IdChip value={known.requestId} />
          </p>
        ) : null}
      </div>
      {onRetry && mayHelp(known) ? (
        <PlainButton onClick={onRetry} disabled={seconds > 0} startIcon={<RotateCw size={16} />}>
          {t('action.retry')}
        </PlainButton>
      ) : null}
    </div>
  );
}

/** Read out once and not every second. */
function Wait({ seconds }: { seconds: number }) {
  const { t } = useTranslation();
  return (
    <p className="muted" aria-live="off">
      {seconds > 0 ? t('state.waitSeconds', { count: seconds }) : t('state.waitOver')}
    </p>
  );
}

/** Until the server takes the same request again. */
function useSecondsLeft(error: ApiError | undefined): number {
  const wait = error?.retryAfter ?? 0;
  const end = (error?.time ?? 0) + wait * 1000;
  const now = useNow(500, wait > 0);
  return wait > 0 ? Math.min(wait, Math.max(0, Math.ceil((end - now) / 1000))) : 0;
}

/** What to do when whoever answered said nothing about it, such as a proxy in between. */
function hintFor(error: unknown): 'none' | 'away' | 'refused' | 'gone' | 'large' | 'later' | 'broken' {
  if (error instanceof PasskeyError) return 'none';
  if (!(error instanceof ApiError) || error.status >= 500) return 'broken';
  if (error.status === 0) return 'away';
  if (error.status === 401 || error.status === 403) return 'refused';
  if (error.status === 404 || error.status === 410) return 'gone';
  if (error.status === 413) return 'large';
  return error.status === 429 ? 'later' : 'none';
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
