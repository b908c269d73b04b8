import Button from '@mui/material/Button';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { adminApi } from '../../api/access-api.ts';
import type { NewToken, Token } from '../../api/access-types.ts';
import { useMay } from '../../app/session.ts';
import { Section } from '../../ui/page.tsx';
import { SelectInput } from '../../ui/select-input.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { NewTokenDialog } from '../tokens/new-token-dialog.tsx';
import { TokenList } from '../tokens/token-list.tsx';
import { TokenOnce } from '../tokens/token-once.tsx';
import { tokensQuery, usersQuery } from './queries.ts';
import { useRoleOptions } from './role-options.ts';

/** Tokens of everybody; new ones are for service accounts, because people make their own. */
export function TokensPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const may = useMay();
  const tokens = useQuery(tokensQuery());
  const users = useInfiniteQuery({ ...usersQuery, enabled: may('user:read') });
  const [asking, setAsking] = useState(false);
  const [made, setMade] = useState<NewToken | null>(null);
  const [kept, setKept] = useState<string>();
  const known = users.data?.pages.flatMap((page) => page.items) ?? [];
  const ownerOf = (token: Token) => {
    const owner = known.find((user) => user.id === token.owner);
    return owner ? t('token.ownedBy', { name: owner.name }) : token.owner;
  };
  const refresh = async () => {
    await client.invalidateQueries({ queryKey: ['tokens'] });
    await client.invalidateQueries({ queryKey: ['users'] });
  };
  return (
    <Section
      title={t('token.allTitle')}
      aside={
        may('token:write') ? (
          <Button
            variant="contained"
            color="primary"
            startIcon={<Plus size={16} />}
            onClick={() => setAsking(true)}
          >
            {t('token.addService')}
          </Button>
        ) : undefined
      }
    >
      <p className="muted prose">
        {t('token.allLead')} <Link to="/account/tokens">{t('token.toMine')}</Link>
      </p>
      <Loaded query={tokens}>
        {tokens.data?.items.length ? (
          <TokenList
            tokens={tokens.data.items}
            marked={kept}
            owner={ownerOf}
            {...(may('token:write') ? { revoke: adminApi.revokeToken } : {})}
            onRevoked={refresh}
          />
        ) : (
          <Empty title={t('token.nobody')} icon={<KeyRound size={22} />}>
            {t('token.nobodyHint')}
          </Empty>
        )}
      </Loaded>
      {asking ? (
        <ServiceTokenDialog
          services={known.filter((user) => user.kind === 'service')}
          onClose={() => setAsking(false)}
          onMade={(token) => {
            setAsking(false);
            setMade(token);
            void refresh();
          }}
        />
      ) : null}
      {made ? (
        <TokenOnce
          made={made}
          onClose={() => {
            setKept(made.token.id);
            setMade(null);
          }}
        />
      ) : null}
    </Section>
  );
}

interface ServiceTokenDialogProps {
  services: readonly { id: string; name: string }[];
  onMade: (token: NewToken) => void;
  onClose: () => void;
}

/** Of a service account that exists, or of one that is made with it. */
function ServiceTokenDialog({ services, onMade, onClose }: ServiceTokenDialogProps) {
  const { t } = useTranslation();
  const may = useMay();
  const [owner, setOwner] = useState('');
  const [role, setRole] = useState('analyst');
  const roles = useRoleOptions();
  return (
    <NewTokenDialog
      title={t('token.addServiceTitle')}
      mayHold={may}
      create={(wish) => adminApi.addToken({ ...wish, ...(owner ? { owner } : { role }) })}
      onMade={onMade}
      onClose={onClose}
    >
      {services.length > 0 ? (
        <SelectInput
          id="token-owner"
          label={t('token.owner')}
          value={owner}
          onChange={setOwner}
          options={[
            { value: '', label: t('token.newService') },
            ...services.map((service) => ({ value: service.id, label: service.name })),
          ]}
        />
      ) : null}
      {owner ? null : (
        <SelectInput
          id="token-role"
          label={t('token.role')}
          hint={t('token.roleHint')}
          value={role}
          onChange={setRole}
          options={roles}
        />
      )}
    </NewTokenDialog>
  );
}
