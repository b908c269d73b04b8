import { useQuery } from '@tanstack/react-query';
import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Project } from '../../api/access-types.ts';
import { Badge } from '../../ui/badge.tsx';
import { Loaded } from '../../ui/states.tsx';
import { projectQuery } from './queries.ts';
import './project-members.css';

/** Who works in a project; asked for when it is opened. */
export function ProjectMembers({ project }: { project: Project }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const details = useQuery({ ...projectQuery(project.id), enabled: open });
  const members = details.data?.members ?? [];
  return (
    <details className="members" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <ChevronRight size={14} aria-hidden="true" />
        {t('projects.members')}
        <span className="visually-hidden"> {project.name}</span>
      </summary>
      {open ? (
        <Loaded query={details} rows={1}>
          {members.length === 0 ? (
            <p className="muted">{t('projects.noMembers')}</p>
          ) : (
            <ul className="members-list">
              {members.map((member) => (
                <li key={`${member.principal} ${member.role} ${member.everywhere}`}>
                  {member.name} <Badge>{member.role}</Badge>
                  {member.everywhere ? <span className="faint small">{t('projects.everywhere')}</span> : null}
                </li>
              ))}
            </ul>
          )}
        </Loaded>
      ) : null}
    </details>
  );
}
