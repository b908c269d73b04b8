import { Search } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { keyCaps, useCommands } from './commands.ts';

/** After what the page itself needs. */
const PRELOAD_MS = 1000;

const load = () => import('../features/palette/palette.tsx');
const Palette = lazy(async () => ({ default: (await load()).Palette }));

export function PaletteButton() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const command = {
    id: 'palette',
    label: t('palette.open'),
    group: 'app',
    shortcut: 'Mod+k',
    keyOnly: true,
    run: () => setOpen(true),
  } as const;
  useCommands([command]);
  // Whoever knows the shortcut types on at once: the field must not wait for its code then.
  useEffect(() => {
    const timer = setTimeout(() => void load().catch(() => undefined), PRELOAD_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <>
      <button type="button" className="palette-button" onClick={command.run}>
        <Search size={16} aria-hidden="true" />
        <span className="palette-button-text">{t('palette.hint')}</span>
        <span className="palette-button-keys" aria-hidden="true">
          {keyCaps(command.shortcut).map((key) => (
            <kbd key={key}>{key}</kbd>
          ))}
        </span>
      </button>
      <Suspense>{open ? <Palette onClose={() => setOpen(false)} /> : null}</Suspense>
    </>
  );
}
