import { Search } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { keyCaps, useCommands } from './commands.ts';

const Palette = lazy(async () => ({
  default: (await import('../features/palette/palette.tsx')).Palette,
}));

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
  return (
    <>
      <button type="button" className="palette-button" aria-label={command.label} onClick={command.run}>
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
