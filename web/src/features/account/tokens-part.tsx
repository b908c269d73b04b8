import Button from '@mui/material/Button';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { accountApi } from '../../api/access-api.ts';
import type { NewToken } from '../../api/access-types.ts';
import { useMay } from '../../app/session.ts';
import { Section } from '../../ui/page.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { NewTokenDialog } from '../tokens/new-token-dialog.tsx';
import { TokenList } from '../tokens/token-list.tsx';
import { TokenOnce } from '../tokens/token-once.tsx';
import { ownTokensQuery } from './queries.ts';

export function TokensPart() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const may = useMay();
  const tokens = useQuery(ownTokensQuery);
  const [asking, setAsking] = useState(false);
  const [made, setMade] = useState<NewToken | null>(null);
  const [kept, setKept] = useState<string>();
  const refresh = () => client.invalidateQueries({ queryKey: ownTokensQuery.queryKey });
  const items = tokens.data?.items ?? [];
  const add = (
    <Button
      variant="contained"
      color="primary"
      startIcon={<Plus size={16} />}
      onClick={() => setAsking(true)}
    >
      {t('token.add')}
    </Button>
  );
  return (
    <Section title={t('token.title')} aside={items.length > 0 ? add : undefined}>
      <p className="muted prose">{t('token.lead')}</p>
      <Loaded query={tokens} rows={3}>
        {items.length === 0 ? (
          <Empty title={t('token.none')} icon={<KeyRound size={22} />} action={add}>
            {t('token.noneHint')}
          </Empty>
        ) : (
          <TokenList tokens={items} marked={kept} revoke={accountApi.revokeToken} onRevoked={refresh} />
        )}
      </Loaded>
      {asking ? (
        <NewTokenDialog
          title={t('token.addTitle')}
          mayHold={may}
          create={accountApi.addToken}
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
