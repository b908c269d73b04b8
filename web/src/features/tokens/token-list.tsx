import Button from '@mui/material/Button';
import { KeyRound, Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Token } from '../../api/access-types.ts';
import { useUser } from '../../app/session.ts';
import { Badge } from '../../ui/badge.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { When } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';
import '../../ui/rows.css';

const SOON_MS = 7 * 86_400_000;
const UNUSED_MS = 30 * 86_400_000;

interface TokenListProps {
  tokens: readonly Token[];
  /** Whose it is, in the list of everybody's. */
  owner?: (token: Token) => ReactNode;
  /** One that was just made. */
  marked?: string | undefined;
  /** Absent: only to look at. */
  revoke?: (token: string) => Promise<unknown>;
  onRevoked: () => Promise<unknown>;
}

export function TokenList({ tokens, owner, marked, revoke, onRevoked }: TokenListProps) {
  const { t } = useTranslation();
  const [revoking, setRevoking] = useState<Token | null>(null);
  return (
    <>
      <ul className="rows card">
        {tokens.map((token) => (
          <li
            key={token.id}
            ref={token.id === marked ? bringIntoView : undefined}
            className={token.id === marked ? 'rows-marked' : undefined}
          >
            <span className="rows-icon">
              <KeyRound size={20} aria-hidden="true" />
            </span>
            <div className="rows-main">
              <p className="rows-title">
                {token.name}
                {token.id === marked ? <Badge tone="success">{t('token.new')}</Badge> : null}
                <TokenState token={token} />
              </p>
              <p className="rows-facts">
                {owner ? <span>{owner(token)}</span> : null}
                <TokenFacts token={token} />
              </p>
            </div>
            {revoke ? (
              <Button
                size="small"
                startIcon={<Trash2 size={14} />}
                aria-label={t('token.revokeNamed', { name: token.name })}
                onClick={() => setRevoking(token)}
              >
                {t('token.revoke')}
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      {revoke && revoking ? (
        <Confirm
          title={t('token.revokeTitle', { name: revoking.name })}
          action={t('token.revoke')}
          onClose={() => setRevoking(null)}
          onConfirm={async () => {
            await revoke(revoking.id);
            toast(t('token.revoked'));
            await onRevoked();
          }}
        >
          {t('token.revokeHint')}
        </Confirm>
      ) : null}
    </>
  );
}

function bringIntoView(row: HTMLElement | null): void {
  row?.scrollIntoView({ block: 'nearest' });
}

function TokenState({ token }: { token: Token }) {
  const { t } = useTranslation();
  const now = Date.now();
  if (token.expires !== null && token.expires <= now)
    return <Badge tone="danger">{t('token.expired')}</Badge>;
  if (token.expires !== null && token.expires - now < SOON_MS)
    return <Badge tone="warning">{t('token.expiresSoon')}</Badge>;
  if (now - (token.used ?? token.created) > UNUSED_MS)
    return <Badge tone="warning">{t('token.unused')}</Badge>;
  return null;
}

function TokenFacts({ token }: { token: Token }) {
  const { t } = useTranslation();
  const projects = useUser()?.projects ?? [];
  const project = projects.find((one) => one.id === token.project)?.name ?? token.project;
  return (
    <>
      <span>
        {token.permissions === null
          ? t('token.all')
          : t('token.permissions', { count: token.permissions.length })}
      </span>
      <span>{project === null ? t('token.everyProject') : t('token.oneProject', { project })}</span>
      {token.addresses.length > 0 ? (
        <span>{t('token.from', { addresses: token.addresses.join(', ') })}</span>
      ) : null}
      <span>
        {token.used === null ? (
          t('fact.neverUsed')
        ) : (
          <>
            {t('fact.used')} <When time={token.used} />
            {token.usedFrom ? ` (${token.usedFrom})` : null}
          </>
        )}
      </span>
      <span>
        {token.expires === null ? (
          t('token.never')
        ) : (
          <>
            {t('token.until')} <FutureDate time={token.expires} />
          </>
        )}
      </span>
    </>
  );
}

const date = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

function FutureDate({ time }: { time: number }) {
  return <time dateTime={new Date(time).toISOString()}>{date.format(time)}</time>;
}
