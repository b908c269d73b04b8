import { useQuery } from '@tanstack/react-query';
import { ArrowLeft } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import type { Member } from '../../api/access-types.ts';
import { useMay } from '../../app/session.ts';
import { IdChip } from '../../ui/copy-chip.tsx';
import { Section } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { SessionList } from '../account/session-list.tsx';
import { TokenList } from '../tokens/token-list.tsx';
import { Grants } from './grants.tsx';
import { MemberState } from './member-state.tsx';
import { tokensQuery, userQuery, userSessionsQuery } from './queries.ts';
import { UserActions } from './user-actions.tsx';
import { Why } from './why.tsx';
import './users.css';

export function UserPage() {
  const { t } = useTranslation();
  const { user: id = '' } = useParams();
  const user = useQuery(userQuery(id));
  return (
    <>
      <Link to="/admin/users" className="back-link">
        <ArrowLeft size={14} aria-hidden="true" />
        {t('users.all')}
      </Link>
      <Loaded query={user}>{user.data ? <UserParts user={user.data} /> : null}</Loaded>
    </>
  );
}

function UserParts({ user }: { user: Member }) {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <>
      <header className="admin-head">
        <div>
          <h2>
            {user.name} <MemberState user={user} />
          </h2>
          <p className="rows-facts">
            <span translate="no">{user.login}</span>
            {user.email && user.email !== user.login ? <span translate="no">{user.email}</span> : null}
            <span>
              {t('fact.created')} <When time={user.created} />
            </span>
            <IdChip value={user.id} />
          </p>
        </div>
        <UserActions user={user} />
      </header>
      <Grants user={user} />
      {may('role:read') ? <Why user={user} /> : null}
      {user.kind === 'person' ? <Sessions user={user.id} /> : null}
      <Tokens user={user} />
    </>
  );
}

function Sessions({ user }: { user: string }) {
  const { t } = useTranslation();
  const sessions = useQuery(userSessionsQuery(user));
  return (
    <Section title={t('session.title')}>
      <Loaded query={sessions} rows={2}>
        {sessions.data?.items.length ? (
          <SessionList sessions={sessions.data.items} />
        ) : (
          <p className="muted">{t('users.notSignedIn')}</p>
        )}
      </Loaded>
    </Section>
  );
}

function Tokens({ user }: { user: Member }) {
  const { t } = useTranslation();
  const may = useMay();
  const tokens = useQuery({ ...tokensQuery(user.id), enabled: may('token:read') });
  if (!may('token:read')) return null;
  return (
    <Section title={t('token.title')}>
      <Loaded query={tokens} rows={2}>
        {tokens.data?.items.length ? (
          <TokenList tokens={tokens.data.items} onRevoked={async () => undefined} />
        ) : (
          <p className="muted">{t('users.noTokens')}</p>
        )}
      </Loaded>
    </Section>
  );
}
