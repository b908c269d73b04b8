import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Check, ChevronsUpDown } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { setProject } from '../api/project.ts';
import type { User } from '../api/types.ts';
import { useOpened } from '../ui/use-opened.ts';
import { readSessionAgain, sessionQuery } from './session.ts';
import './project-switch.css';

/** Where one works; only there when there is a choice. */
export function ProjectSwitch({ user }: { user: User }) {
  const { t } = useTranslation();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const opened = useOpened(anchor !== null);
  const change = useProjectChange();
  const current = user.projects.find((project) => project.id === user.project);
  if (user.projects.length < 2 || !current) return null;
  return (
    <>
      <button
        type="button"
        className="project-switch"
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        onClick={(event) => setAnchor(event.currentTarget)}
      >
        <span className="project-switch-label">{t('project.label')}</span>
        <span className="visually-hidden">{t('project.switch')}</span>
        <span className="truncate">{current.name}</span>
        <ChevronsUpDown size={14} aria-hidden="true" />
      </button>
      {opened ? (
        <Menu
          open={anchor !== null}
          anchorEl={anchor}
          onClose={() => setAnchor(null)}
          slotProps={{ list: { 'aria-label': t('project.switch') } }}
        >
          {user.projects.map((project) => (
            <MenuItem
              key={project.id}
              role="menuitemradio"
              aria-checked={project.id === current.id}
              onClick={() => {
                setAnchor(null);
                if (project.id !== current.id) change.mutate(project.id);
              }}
            >
              <span className="grow project-choice">
                <span>{project.name}</span>
                <span className="faint small mono">{project.slug}</span>
              </span>
              {project.id === current.id ? <Check size={16} aria-hidden="true" /> : null}
            </MenuItem>
          ))}
        </Menu>
      ) : null}
    </>
  );
}

/** To another project. Nothing of this one may stay on screen, and its pages are not the other one's. */
export function useProjectChange() {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async (project: string) => {
      setProject(project);
      await navigate('/');
      await readSessionAgain(client);
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionQuery.queryKey[0] });
    },
  });
}
