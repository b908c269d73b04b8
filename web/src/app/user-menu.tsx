import IconButton from '@mui/material/IconButton';
import ListSubheader from '@mui/material/ListSubheader';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { useColorScheme } from '@mui/material/styles';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Check, CircleUser, Clock, Globe, LogOut, Monitor, Moon, Sun, UserCog } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api } from '../api/api.ts';
import type { User } from '../api/types.ts';
import { setPreference, usePreference } from '../ui/preferences.ts';
import { useOpened } from '../ui/use-opened.ts';
import { forgetUser, sessionQuery } from './session.ts';

const MODES = [
  { mode: 'light', icon: Sun },
  { mode: 'dark', icon: Moon },
  { mode: 'system', icon: Monitor },
] as const;

const ZONES = [
  { zone: 'local', icon: Clock },
  { zone: 'utc', icon: Globe },
] as const;

export function UserMenu({ user }: { user: User }) {
  const { t } = useTranslation();
  const { mode, setMode } = useColorScheme();
  const client = useQueryClient();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const opened = useOpened(anchor !== null);
  const zone = usePreference('zone');
  const signOut = useMutation({
    mutationFn: api.signOut,
    onSuccess: () => {
      // Who leaves does not come back to this page: only a session that ended by itself continues where it was.
      forgetUser(client, { left: true });
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionQuery.queryKey[0] });
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
      {opened ? (
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
          <MenuItem component={Link} to="/account" onClick={() => setAnchor(null)}>
            <UserCog size={16} aria-hidden="true" />
            {t('user.account')}
          </MenuItem>
          {MODES.map(({ mode: value, icon: Icon }) => (
            <MenuItem
              key={value}
              className={value === 'light' ? 'menu-divided' : ''}
              role="menuitemradio"
              aria-checked={mode === value}
              onClick={() => setMode(value)}
            >
              <Icon size={16} aria-hidden="true" />
              <span className="grow">{t(`theme.${value}`)}</span>
              {mode === value ? <Check size={16} aria-hidden="true" /> : null}
            </MenuItem>
          ))}
          {ZONES.map(({ zone: value, icon: Icon }) => (
            <MenuItem
              key={value}
              className={value === 'local' ? 'menu-divided' : ''}
              role="menuitemradio"
              aria-checked={zone === value}
              onClick={() => setPreference('zone', value)}
            >
              <Icon size={16} aria-hidden="true" />
              <span className="grow">{t(`zone.${value}`)}</span>
              {zone === value ? <Check size={16} aria-hidden="true" /> : null}
            </MenuItem>
          ))}
          <MenuItem className="menu-divided" onClick={() => signOut.mutate()}>
            <LogOut size={16} aria-hidden="true" />
            {t('user.signOut')}
          </MenuItem>
        </Menu>
      ) : null}
    </>
  );
}
