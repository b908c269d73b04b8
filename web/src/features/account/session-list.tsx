import Button from '@mui/material/Button';
import { LogOut, Monitor, Smartphone } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { SignedInAt } from '../../api/access-types.ts';
import { Badge } from '../../ui/badge.tsx';
import { When } from '../../ui/time.tsx';
import { deviceOf } from './device.ts';
import '../../ui/rows.css';

interface SessionListProps {
  sessions: readonly SignedInAt[];
  /** Absent: only to look at. */
  onEnd?: (session: SignedInAt) => void;
  ending?: string | undefined;
}

export function SessionList({ sessions, onEnd, ending }: SessionListProps) {
  const { t } = useTranslation();
  return (
    <ul className="rows card">
      {sessions.map((session) => {
        const device = deviceOf(session.agent) ?? t('session.unknownDevice');
        const Icon = /iPhone|Android|Mobile/.test(session.agent) ? Smartphone : Monitor;
        return (
          <li key={session.id}>
            <span className="rows-icon">
              <Icon size={20} aria-hidden="true" />
            </span>
            <div className="rows-main">
              <p className="rows-title">
                {device}
                {session.current ? <Badge tone="accent">{t('session.this')}</Badge> : null}
              </p>
              <p className="rows-facts">
                <span translate="no">{session.address}</span>
                <span>{t('session.by', { method: methodInWords(session.method, t) })}</span>
                <span>
                  {t('session.seen')} <When time={session.seen} />
                </span>
                <span>
                  {t('session.since')} <When time={session.created} />
                </span>
              </p>
            </div>
            {onEnd && !session.current ? (
              <Button
                size="small"
                startIcon={<LogOut size={14} />}
                aria-label={t('session.endNamed', { device })}
                loading={ending === session.id}
                loadingPosition="start"
                onClick={() => onEnd(session)}
              >
                {t('session.end')}
              </Button>
            ) : null}
          </li>
        );
      })}
    </ul>
  );
}

const METHODS = ['password', 'totp', 'recovery-code', 'passkey', 'oidc', 'mfa'] as const;

/** The method is stored as `password`, `password+totp`, `oidc:google`. */
function methodInWords(method: string, t: ReturnType<typeof useTranslation>['t']): string {
  return method
    .split('+')
    .map((part) => {
      const known = METHODS.find((name) => part === name || part.startsWith(`${name}:`));
      return known ? t(`session.method.${known}`) : part;
    })
    .join(' + ');
}
