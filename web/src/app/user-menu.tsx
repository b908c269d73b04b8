import IconButton from '@mui/material/IconButton';
import ListSubheader from '@mui/material/ListSubheader';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { useColorScheme } from '@mui/material/styles';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Check, CircleUser, LogOut, Monitor, Moon, Sun } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { api } from '../api/api.ts';
import type { User } from '../api/types.ts';
import { sessionQuery } from './session.ts';

const MODES = [
  { mode: 'light', icon: Sun },
  { mode: 'dark', icon: Moon },
  { mode: 'system', icon: Monitor },
] as const;

export function UserMenu({ user }: { user: User }) {
  const { t } = useTranslation();
  const { mode, setMode } = useColorScheme();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const signOut = useMutation({
    mutationFn: api.signOut,
    onSuccess: () => {
      client.setQueryData(sessionQuery.queryKey, { setupNeeded: false, user: null });
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionQuery.queryKey[0] });
      void navigate('/login');
    },
  });

  return (
    <>
      <IconButton
        aria-label={t('user.menu', { name: user.name })}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        onClick={(event) => setAnchor(event.currentTarget)}
      >
        <CircleUser size={20} aria-hidden="true" />
      </IconButton>
      <Menu
        open={anchor !== null}
        anchorEl={anchor}
        onClose={() => setAnchor(null)}
        slotProps={{ list: { 'aria-label': t('user.menu', { name: user.name }) } }}
      >
        <ListSubheader className="menu-head" role="presentation">
          <span>{user.name}</span>
          <span className="faint small">{user.login}</span>
        </ListSubheader>
        {MODES.map(({ mode: value, icon: Icon }) => (
          <MenuItem
            key={value}
            role="menuitemradio"
            aria-checked={mode === value}
            onClick={() => setMode(value)}
          >
            <Icon size={16} aria-hidden="true" />
            <span className="grow">{t(`theme.${value}`)}</span>
            {mode === value ? <Check size={16} aria-hidden="true" /> : null}
          </MenuItem>
        ))}
        <MenuItem className="menu-divided" onClick={() => signOut.mutate()}>
          <LogOut size={16} aria-hidden="true" />
          {t('user.signOut')}
        </MenuItem>
      </Menu>
    </>
  );
}
