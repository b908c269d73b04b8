import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import IconButton from '@mui/material/IconButton';
import { Keyboard } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { setPreference, usePreference } from '../ui/preferences.ts';
import '../ui/check-list.css';
import { useOpened } from '../ui/use-opened.ts';
import { type Command, keyCaps, mayRun, offeredCommands, useCommands } from './commands.ts';

/** What every list and form understands, without a command of its own. */
const LIST_KEYS = [
  { keys: ['/'], text: 'search' },
  { keys: ['j', 'k'], text: 'move' },
  { keys: ['Enter'], text: 'open' },
  { keys: ['Esc'], text: 'back' },
  { keys: keyCaps('Mod+Enter'), text: 'start' },
] as const;

export function ShortcutHelp() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const opened = useOpened(open);
  useCommands([
    {
      id: 'help',
      label: t('shortcuts.title'),
      group: 'app',
      icon: Keyboard,
      shortcut: '?',
      run: () => setOpen(true),
    },
  ]);
  return (
    <>
      <IconButton className="wide-only" aria-label={t('shortcuts.title')} onClick={() => setOpen(true)}>
        <Keyboard size={20} aria-hidden="true" />
      </IconButton>
      {opened ? (
        <Dialog
          open={open}
          onClose={() => setOpen(false)}
          aria-labelledby="shortcuts-title"
          maxWidth="md"
          fullWidth
        >
          <DialogTitle id="shortcuts-title">{t('shortcuts.title')}</DialogTitle>
          <DialogContent>{open ? <Sheet /> : null}</DialogContent>
          <DialogActions>
            <Button onClick={() => setOpen(false)}>{t('action.close')}</Button>
          </DialogActions>
        </Dialog>
      ) : null}
    </>
  );
}

function Sheet() {
  const { t } = useTranslation();
  const singleKeys = usePreference('singleKeys');
  const commands = offeredCommands().filter(mayRun);
  const of = (group: Command['group']) =>
    commands
      .filter((command) => command.group === group)
      .flatMap(({ id, label, shortcut }) => (shortcut ? [{ id, label, keys: keyCaps(shortcut) }] : []));
  const everywhere = LIST_KEYS.map(({ keys, text }) => ({ id: text, label: t(`shortcuts.${text}`), keys }));
  return (
    <>
      <label className="check shortcuts-switch">
        <input
          type="checkbox"
          checked={singleKeys === 'on'}
          onChange={(event) => setPreference('singleKeys', event.target.checked ? 'on' : 'off')}
        />
        <span>
          {t('shortcuts.single')}
          <span className="check-note">{t('shortcuts.singleHint')}</span>
        </span>
      </label>
      <div className="shortcuts-groups">
        <Shortcuts title={t('palette.group.here')} items={of('here')} />
        <Shortcuts title={t('shortcuts.everywhere')} items={[...everywhere, ...of('app')]} />
        <Shortcuts title={t('palette.group.go')} items={of('go')} />
      </div>
    </>
  );
}

interface ShortcutsProps {
  title: string;
  items: readonly { id: string; label: string; keys: readonly string[] }[];
}

function Shortcuts({ title, items }: ShortcutsProps) {
  if (items.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <dl className="shortcuts">
        {items.map(({ id, label, keys }) => (
          <div key={id}>
            <dt className="row">
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{label}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
