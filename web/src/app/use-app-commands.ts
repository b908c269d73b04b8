import { useColorScheme } from '@mui/material/styles';
import { Clock, Contrast } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { preference, setPreference, usePreference } from '../ui/preferences.ts';
import { useCommands } from './commands.ts';
import { useShownNav } from './nav.tsx';
import { ADMIN_PARTS, PROJECT_PARTS } from './parts.ts';
import { useProjectChange } from './project-switch.tsx';
import { useMay, useUser } from './session.ts';

/** What works on every page. Nobody reads the words before the palette or the help is open. */
export function useAppCommands(): void {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const nav = useShownNav();
  const user = useUser();
  const may = useMay();
  const change = useProjectChange();
  const { mode, setMode } = useColorScheme();
  const zone = usePreference('zone');
  const themes = (['light', 'dark', 'system'] as const).filter((one) => one !== mode);
  useCommands([
    ...nav.map((item) => ({
      id: `go-${item.id}`,
      get label() {
        return t(`nav.${item.id}`);
      },
      group: 'go' as const,
      icon: item.icon,
      shortcut: `g ${item.key}`,
      run: () => void navigate(item.to),
    })),
    ...PROJECT_PARTS.filter(({ needs }) => needs.some(may)).map(({ id }) => ({
      id: `project-part-${id}`,
      get label() {
        return `${t('nav.project')}: ${t(`projectPage.part.${id}`)}`;
      },
      group: 'go' as const,
      run: () => void navigate(`/project/${id}`),
    })),
    ...ADMIN_PARTS.filter(({ needs }) => needs.some(may)).map(({ id }) => ({
      id: `admin-part-${id}`,
      get label() {
        return `${t('nav.admin')}: ${t(`admin.part.${id}`)}`;
      },
      group: 'go' as const,
      run: () => void navigate(`/admin/${id}`),
    })),
    ...(user?.projects ?? [])
      .filter(({ id }) => id !== user?.project)
      .map(({ id, name, slug }) => ({
        id: `project-${id}`,
        get label() {
          return t('command.project', { name });
        },
        words: slug,
        group: 'go' as const,
        run: () => change.mutate(id),
      })),
    ...themes.map((one) => ({
      id: `theme-${one}`,
      get label() {
        return t('command.theme', { theme: t(`theme.${one}`) });
      },
      group: 'app' as const,
      icon: Contrast,
      run: () => setMode(one),
    })),
    {
      id: 'zone',
      get label() {
        return t(`command.zone.${zone === 'utc' ? 'local' : 'utc'}`);
      },
      group: 'app',
      icon: Clock,
      run: () => setPreference('zone', preference('zone') === 'utc' ? 'local' : 'utc'),
    },
  ]);
}
