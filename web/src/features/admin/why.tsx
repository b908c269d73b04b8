import { useQuery } from '@tanstack/react-query';
import { Check, Minus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Member } from '../../api/access-types.ts';
import { useUser } from '../../app/session.ts';
import { Section } from '../../ui/page.tsx';
import { SelectInput } from '../../ui/select-input.tsx';
import { Loaded, Warning } from '../../ui/states.tsx';
import { type Reason, reasonsFor } from './authority.ts';
import { rolesQuery } from './queries.ts';
import './why.css';

const EVERYWHERE = '*';

/** What an account may do in a project, and by which role; what it may not, and why not. */
export function Why({ user }: { user: Member }) {
  const { t } = useTranslation();
  const me = useUser();
  const roles = useQuery(rolesQuery);
  const [project, setProject] = useState(me?.project ?? EVERYWHERE);
  const [permission, setPermission] = useState('');
  const all = roles.data ? reasonsFor(user, roles.data, project) : [];
  const shown = all.filter((reason) =>
    permission ? reason.permission.name === permission : reason.by.length > 0,
  );
  return (
    <Section title={t('why.title')}>
      <p className="muted">{t('why.lead')}</p>
      <Loaded query={roles} rows={12}>
        <div className="why-ask">
          <SelectInput
            id="why-project"
            label={t('why.where')}
            value={project}
            onChange={setProject}
            options={(me?.projects ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          />
          <SelectInput
            id="why-permission"
            label={t('why.permission')}
            value={permission}
            onChange={setPermission}
            options={[
              { value: '', label: t('why.everyPermission') },
              ...all.map((reason) => ({
                value: reason.permission.name,
                label: `${reason.permission.title} (${reason.permission.name})`,
              })),
            ]}
          />
        </div>
        {user.disabled ? <Warning title={t('why.locked')} /> : null}
        {shown.length === 0 ? <p className="muted">{t('why.notBecauseNone')}</p> : null}
        <ul className={shown.length > 0 ? 'why card' : undefined}>
          {shown.map((reason) => (
            <ReasonRow key={reason.permission.name} reason={reason} />
          ))}
        </ul>
      </Loaded>
    </Section>
  );
}

function ReasonRow({ reason }: { reason: Reason }) {
  const { t } = useTranslation();
  const projects = useUser()?.projects ?? [];
  const allowed = reason.by.length > 0;
  const placeOf = (project: string) => projects.find(({ id }) => id === project)?.name ?? project;
  return (
    <li>
      {allowed ? (
        <Check size={16} aria-hidden="true" className="why-yes" />
      ) : (
        <Minus size={16} aria-hidden="true" className="why-no" />
      )}
      <span className="why-what">
        {reason.permission.title}
        <code className="faint" translate="no">
          {reason.permission.name}
        </code>
      </span>
      <span className="muted">
        {allowed
          ? reason.by
              .map((grant) =>
                grant.project === EVERYWHERE
                  ? t('why.byEverywhere', { role: grant.role })
                  : t('why.byProject', { role: grant.role, project: placeOf(grant.project) }),
              )
              .join('; ')
          : `${t('why.not')}. ${t(reason.tooNarrow.length > 0 ? 'why.notBecauseInstance' : 'why.notBecauseNone')}`}
      </span>
    </li>
  );
}
