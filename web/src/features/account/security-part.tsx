import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Section } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { LinkedProviders } from './linked-providers.tsx';
import { Passkeys } from './passkeys.tsx';
import { secondFactorsQuery } from './queries.ts';
import { Totp } from './totp.tsx';

export function SecurityPart() {
  const { t } = useTranslation();
  const factors = useQuery(secondFactorsQuery);
  return (
    <Loaded query={factors} rows={4}>
      {factors.data ? (
        <>
          <Section title={t('totp.title')}>
            <p className="muted prose">{t('totp.lead')}</p>
            <Totp factors={factors.data} />
          </Section>
          <Section title={t('passkey.title')}>
            <p className="muted prose">{t('passkey.lead')}</p>
            <Passkeys passkeys={factors.data.passkeys} />
          </Section>
          <LinkedProviders linked={factors.data.providers} />
        </>
      ) : null}
    </Loaded>
  );
}
