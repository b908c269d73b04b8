import Button from '@mui/material/Button';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Bot, CircleUser, UserPlus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { Member } from '../../api/access-types.ts';
import { useMay, useUser } from '../../app/session.ts';
import { Badge } from '../../ui/badge.tsx';
import { Section } from '../../ui/page.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { MemberState } from './member-state.tsx';
import { NewUserDialog } from './new-user-dialog.tsx';
import { PasswordOnce } from './password-once.tsx';
import { usersQuery } from './queries.ts';
import './users.css';
import '../../ui/rows.css';

export function UsersPage() {
  const { t } = useTranslation();
  const may = useMay();
  const navigate = useNavigate();
  const users = useInfiniteQuery(usersQuery);
  const [words, setWords] = useState('');
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<{ user: Member; password: string } | null>(null);
  const all = users.data?.pages.flatMap((page) => page.items) ?? [];
  const shown = all.filter((user) => fits(user, words));

  return (
    <Section
      title={t('users.title')}
      aside={
        may('user:write') ? (
          <Button
            variant="contained"
            color="primary"
            startIcon={<UserPlus size={16} />}
            onClick={() => setAdding(true)}
          >
            {t('users.add')}
          </Button>
        ) : undefined
      }
    >
      <Loaded query={users}>
        {all.length > 8 ? (
          <SearchField
            label={t('users.search')}
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
        ) : null}
        {shown.length === 0 ? (
          <Empty title={t('users.noneFit', { words })} />
        ) : (
          <ul className="rows card">
            {shown.map((user) => (
              <UserRow key={user.id} user={user} />
            ))}
          </ul>
        )}
        {users.hasNextPage ? (
          <div className="rows-foot">
            <Button loading={users.isFetchingNextPage} onClick={() => void users.fetchNextPage()}>
              {t('action.more')}
            </Button>
          </div>
        ) : null}
      </Loaded>
      {adding ? (
        <NewUserDialog
          onClose={() => setAdding(false)}
          onMade={(user, password) => {
            setAdding(false);
            if (password) setMade({ user, password });
            else void navigate(`/admin/users/${encodeURIComponent(user.id)}`);
          }}
        />
      ) : null}
      {made ? (
        <PasswordOnce
          login={made.user.login}
          password={made.password}
          onClose={() => void navigate(`/admin/users/${encodeURIComponent(made.user.id)}`)}
        />
      ) : null}
    </Section>
  );
}

function UserRow({ user }: { user: Member }) {
  const { t } = useTranslation();
  const me = useUser();
  const Icon = user.kind === 'service' ? Bot : CircleUser;
  return (
    <li className="user-row">
      <span className="rows-icon">
        <Icon size={20} aria-hidden="true" />
      </span>
      <div className="rows-main">
        <p className="rows-title">
          <Link to={`/admin/users/${encodeURIComponent(user.id)}`} className="user-link">
            {user.name}
          </Link>
          {user.id === me?.id ? <Badge tone="accent">{t('users.you')}</Badge> : null}
          <MemberState user={user} />
        </p>
        <p className="rows-facts">
          <span translate="no">{user.login}</span>
          {user.email && user.email !== user.login ? <span translate="no">{user.email}</span> : null}
        </p>
      </div>
      <span className="user-roles">
        {user.grants.length === 0 ? (
          <span className="faint">{t('users.noRole')}</span>
        ) : (
          user.grants.map((grant) => (
            <Badge key={grant.id}>
              {grant.role}
              {grant.project === '*' ? null : <ProjectName id={grant.project} />}
            </Badge>
          ))
        )}
      </span>
    </li>
  );
}

export function ProjectName({ id }: { id: string }) {
  const { t } = useTranslation();
  const projects = useUser()?.projects ?? [];
  return (
    <span className="badge-detail">
      {t('users.in', { project: projects.find((one) => one.id === id)?.name ?? id })}
    </span>
  );
}

function fits(user: Member, words: string): boolean {
  const text = `${user.name} ${user.login} ${user.email} ${user.grants.map((grant) => grant.role).join(' ')}`;
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.toLowerCase().includes(word));
}
