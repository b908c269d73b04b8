import Button from '@mui/material/Button';
import { useMutation, useQuery } from '@tanstack/react-query';
import { LogIn } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { signInApi } from '../../api/access-api.ts';
import type { SecondFactors } from '../../api/access-types.ts';
import { askForProof } from '../../api/client.ts';
import { sessionQuery } from '../../app/session.ts';
import { Badge } from '../../ui/badge.tsx';
import { Section } from '../../ui/page.tsx';
import '../../ui/rows.css';

/** Accounts elsewhere that sign in here; nothing when there is no provider. */
export function LinkedProviders({ linked }: { linked: SecondFactors['providers'] }) {
  const { t } = useTranslation();
  const providers = useQuery(sessionQuery).data?.providers ?? [];
  const link = useMutation({
    mutationFn: async (provider: string) => {
      await askForProof();
      window.location.assign(signInApi.linkAddress(provider, '/account/security'));
    },
  });
  if (providers.length === 0) return null;
  return (
    <Section title={t('provider.title')}>
      <p className="muted prose">{t('provider.lead')}</p>
      <ul className="rows card">
        {providers.map((provider) => {
          const known = linked.some((one) => one.id === provider.id);
          return (
            <li key={provider.id}>
              <span className="rows-icon">
                <LogIn size={20} aria-hidden="true" />
              </span>
              <div className="rows-main">
                <p className="rows-title">
                  {provider.name}
                  <Badge tone={known ? 'success' : 'plain'}>
                    {t(known ? 'provider.linked' : 'provider.none')}
                  </Badge>
                </p>
              </div>
              {known ? null : (
                <Button
                  aria-label={t('provider.linkNamed', { name: provider.name })}
                  onClick={() => link.mutate(provider.id)}
                >
                  {t('provider.link')}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
