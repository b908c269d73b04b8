import Button from '@mui/material/Button';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Archive, ArchiveRestore, FolderKanban, Pencil, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { adminApi } from '../../api/access-api.ts';
import type { Project } from '../../api/access-types.ts';
import { readSessionAgain, useMay, useUser } from '../../app/session.ts';
import { Badge } from '../../ui/badge.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Section } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';
import { ProjectDialog } from './project-dialog.tsx';
import { ProjectMembers } from './project-members.tsx';
import { projectsQuery } from './queries.ts';
import '../../ui/rows.css';

export function ProjectsPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const may = useMay();
  const me = useUser();
  const projects = useQuery(projectsQuery);
  const [editing, setEditing] = useState<Project | 'new' | null>(null);
  const [archiving, setArchiving] = useState<Project | null>(null);
  const refresh = async () => {
    await client.invalidateQueries({ queryKey: ['projects'] });
    await readSessionAgain(client);
  };
  const restore = async (project: Project) => {
    await adminApi.changeProject(project.id, { archived: !project.archived });
    toast(t(project.archived ? 'projects.broughtBack' : 'projects.archivedNow', { name: project.name }));
    await refresh();
  };
  const writes = may('project:write');
  return (
    <Section
      title={t('projects.title')}
      aside={
        writes ? (
          <Button
            variant="contained"
            color="primary"
            startIcon={<Plus size={16} />}
            onClick={() => setEditing('new')}
          >
            {t('projects.add')}
          </Button>
        ) : undefined
      }
    >
      <p className="muted prose">{t('projects.lead')}</p>
      <Loaded query={projects}>
        <ul className="rows card">
          {projects.data?.items.map((project) => (
            <li key={project.id}>
              <span className="rows-icon">
                <FolderKanban size={20} aria-hidden="true" />
              </span>
              <div className="rows-main">
                <p className="rows-title">
                  {project.name}
                  {project.id === me?.project ? <Badge tone="accent">{t('projects.here')}</Badge> : null}
                  {project.archived ? <Badge tone="warning">{t('projects.archived')}</Badge> : null}
                </p>
                <p className="rows-facts">
                  <span className="mono" translate="no">
                    {project.slug}
                  </span>
                  <span>
                    {t('fact.created')} <When time={project.created} />
                  </span>
                </p>
              </div>
              {writes ? (
                <div className="rows-actions">
                  <Button
                    size="small"
                    startIcon={<Pencil size={14} />}
                    aria-label={t('projects.renameNamed', { name: project.name })}
                    onClick={() => setEditing(project)}
                  >
                    {t('action.rename')}
                  </Button>
                  <Button
                    size="small"
                    startIcon={project.archived ? <ArchiveRestore size={14} /> : <Archive size={14} />}
                    aria-label={t(project.archived ? 'projects.bringBackNamed' : 'projects.archiveNamed', {
                      name: project.name,
                    })}
                    onClick={() => setArchiving(project)}
                  >
                    {t(project.archived ? 'projects.bringBack' : 'projects.archive')}
                  </Button>
                </div>
              ) : null}
              {may('project:read') && !project.archived ? <ProjectMembers project={project} /> : null}
            </li>
          ))}
        </ul>
      </Loaded>
      {editing ? (
        <ProjectDialog
          project={editing === 'new' ? null : editing}
          onClose={() => setEditing(null)}
          onDone={refresh}
        />
      ) : null}
      {archiving ? (
        <Confirm
          title={t(archiving.archived ? 'projects.bringBackTitle' : 'projects.archiveTitle', {
            name: archiving.name,
          })}
          action={t(archiving.archived ? 'projects.bringBack' : 'projects.archive')}
          harmless={archiving.archived}
          onClose={() => setArchiving(null)}
          onConfirm={() => restore(archiving)}
        >
          {t(archiving.archived ? 'projects.bringBackHint' : 'projects.archiveHint')}
        </Confirm>
      ) : null}
    </Section>
  );
}
