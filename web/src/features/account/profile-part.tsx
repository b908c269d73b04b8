import Button from '@mui/material/Button';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { accountApi } from '../../api/access-api.ts';
import type { Account } from '../../api/access-types.ts';
import { readSessionAgain } from '../../app/session.ts';
import { FormFailure, problemOf } from '../../ui/field-problems.tsx';
import { TextInput } from '../../ui/input.tsx';
import { Section } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { Theirs } from '../../ui/theirs.tsx';
import { When } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';
import { conflicting, useEdit } from '../../ui/use-edit.ts';
import { PasswordForm } from './password-form.tsx';
import { accountQuery } from './queries.ts';

export function ProfilePart() {
  const { t } = useTranslation();
  const account = useQuery(accountQuery);
  return (
    <Loaded query={account} rows={4}>
      {account.data ? <Profile account={account.data} /> : null}
      {account.data?.hasPassword ? (
        <Section title={t('accountPage.password.title')}>
          <p className="muted prose">{t('accountPage.password.lead')}</p>
          <PasswordForm
            login={account.data.login}
            onChanged={(ended) => toast(t('accountPage.password.changed', { count: ended }))}
          />
        </Section>
      ) : null}
    </Loaded>
  );
}

function Profile({ account }: { account: Account }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [name, setName] = useState(account.name);
  const parts = (of: Pick<Account, 'name'>) => [{ label: t('accountPage.profile.name'), value: of.name }];
  const edit = useEdit<Account>({
    shown: account,
    path: '/api/v1/account',
    read: () => accountApi.get(),
    parts,
  });
  const rename = useMutation({
    mutationFn: () => edit.send((seen) => accountApi.rename(name.trim(), seen)),
    onSuccess: (changed) => {
      edit.again(changed);
      client.setQueryData(accountQuery.queryKey, changed);
      toast(t('accountPage.profile.saved'));
      return readSessionAgain(client);
    },
  });
  const changed = name.trim() !== account.name;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (changed && !rename.isPending) rename.mutate();
  };
  return (
    <Section title={t('accountPage.profile.title')}>
      <form onSubmit={submit} className="form form-narrow" noValidate>
        <FormFailure error={conflicting(rename.error, edit.theirs) ? null : rename.error} fields={['name']} />
        {edit.theirs ? <Theirs theirs={parts(edit.theirs)} yours={parts({ name })} /> : null}
        <TextInput
          id="account-name"
          name="name"
          label={t('accountPage.profile.name')}
          hint={t('accountPage.profile.nameHint')}
          autoComplete="name"
          required
          value={name}
          error={problemOf(rename.error, 'name')}
          onChange={(event) => setName(event.target.value)}
        />
        <dl className="facts">
          <dt>{t('accountPage.profile.login')}</dt>
          <dd className="break" translate="no">
            {account.login}
          </dd>
          {account.email ? (
            <>
              <dt>{t('accountPage.profile.email')}</dt>
              <dd className="break" translate="no">
                {account.email}
              </dd>
            </>
          ) : null}
          <dt>{t('accountPage.profile.since')}</dt>
          <dd>
            <When time={account.created} />
          </dd>
        </dl>
        <Button type="submit" loading={rename.isPending} disabled={!changed}>
          {t('action.save')}
        </Button>
      </form>
    </Section>
  );
}
