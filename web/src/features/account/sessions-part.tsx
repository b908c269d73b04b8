import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { accountApi } from '../../api/access-api.ts';
import { Section } from '../../ui/page.tsx';
import { Failure, Loaded } from '../../ui/states.tsx';
import { toast } from '../../ui/toast.tsx';
import { ownSessionsQuery } from './queries.ts';
import { SessionList } from './session-list.tsx';

export function SessionsPart() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const sessions = useQuery(ownSessionsQuery);
  const end = useMutation({
    mutationFn: accountApi.endSession,
    onSuccess: () => toast(t('session.ended')),
    onSettled: () => client.invalidateQueries({ queryKey: ownSessionsQuery.queryKey }),
  });
  const items = sessions.data?.items ?? [];
  const sorted = [...items].sort((a, b) => Number(b.current) - Number(a.current) || b.seen - a.seen);
  return (
    <Section title={t('session.title')}>
      <p className="muted prose">{t('session.lead')}</p>
      {end.isError ? <Failure error={end.error} /> : null}
      <Loaded query={sessions} rows={3}>
        <SessionList
          sessions={sorted}
          onEnd={(session) => end.mutate(session.id)}
          ending={end.isPending ? end.variables : undefined}
        />
      </Loaded>
    </Section>
  );
}
