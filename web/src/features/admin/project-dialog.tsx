import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { adminApi } from '../../api/access-api.ts';
import type { Project } from '../../api/access-types.ts';
import { problemOf } from '../../ui/field-problems.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { TextInput } from '../../ui/input.tsx';
import { Theirs } from '../../ui/theirs.tsx';
import { toast } from '../../ui/toast.tsx';
import { conflicting, useEdit } from '../../ui/use-edit.ts';

interface ProjectDialogProps {
  /** Null: a new one. */
  project: Project | null;
  onDone: () => Promise<unknown>;
  onClose: () => void;
}

export function ProjectDialog({ project, onDone, onClose }: ProjectDialogProps) {
  const { t } = useTranslation();
  const [name, setName] = useState(project?.name ?? '');
  const [slug, setSlug] = useState<string | null>(null);
  const [missing, setMissing] = useState(false);
  const shortName = slug ?? slugOf(name);
  const parts = (of: Pick<Project, 'name'>) => [{ label: t('projects.name'), value: of.name }];
  const edit = useEdit<Project>({
    shown: project,
    path: `/api/v1/projects/${encodeURIComponent(project?.id ?? '')}`,
    read: () => adminApi.project(project?.id ?? ''),
    parts,
  });
  const save = useMutation({
    mutationFn: () =>
      project
        ? edit.send((seen) => adminApi.changeProject(project.id, { name: name.trim() }, seen))
        : adminApi.addProject({ slug: shortName, name: name.trim() }),
    onSuccess: () => {
      onClose();
      toast(t(project ? 'projects.saved' : 'projects.added'));
      return onDone();
    },
  });
  const submit = () => {
    setMissing(!name.trim());
    if (name.trim()) save.mutate();
    else document.getElementById('project-name')?.focus();
  };
  return (
    <FormDialog
      title={t(project ? 'projects.renameTitle' : 'projects.addTitle')}
      action={t(project ? 'action.save' : 'projects.create')}
      pending={save.isPending}
      error={conflicting(save.error, edit.theirs) ? null : save.error}
      fields={['name', 'slug']}
      onSubmit={submit}
      onClose={onClose}
    >
      {edit.theirs ? <Theirs theirs={parts(edit.theirs)} yours={parts({ name })} /> : null}
      <TextInput
        id="project-name"
        label={t('projects.name')}
        maxLength={100}
        autoComplete="off"
        required
        value={name}
        error={missing && !name.trim() ? t('field.required') : problemOf(save.error, 'name')}
        onChange={(event) => setName(event.target.value)}
      />
      {project ? null : (
        <TextInput
          id="project-slug"
          label={t('projects.slug')}
          hint={t('projects.slugHint')}
          className="mono"
          maxLength={60}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          required
          value={shortName}
          error={problemOf(save.error, 'slug')}
          onChange={(event) => setSlug(event.target.value)}
        />
      )}
    </FormDialog>
  );
}

function slugOf(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60);
}
