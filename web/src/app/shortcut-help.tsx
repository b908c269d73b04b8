import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import IconButton from '@mui/material/IconButton';
import { Keyboard } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useShownNav } from './nav.tsx';
import { useKeys } from './use-keys.ts';

const LIST_KEYS = [
  { keys: ['/'], text: 'search' },
  { keys: ['j', 'k'], text: 'move' },
  { keys: ['Enter'], text: 'open' },
  { keys: ['Esc'], text: 'back' },
  { keys: ['Ctrl', 'Enter'], text: 'start' },
  { keys: ['?'], text: 'help' },
] as const;

export function ShortcutHelp() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const nav = useShownNav();
  useKeys({ '?': () => setOpen(true) });
  return (
    <>
      <IconButton className="wide-only" aria-label={t('shortcuts.title')} onClick={() => setOpen(true)}>
        <Keyboard size={20} aria-hidden="true" />
      </IconButton>
      <Dialog
        open={open}
        onClose={() => setOpen(false)}
        aria-labelledby="shortcuts-title"
        maxWidth="xs"
        fullWidth
      >
        <DialogTitle id="shortcuts-title">{t('shortcuts.title')}</DialogTitle>
        <DialogContent>
          <dl className="shortcuts">
            {LIST_KEYS.map(({ keys, text }) => (
              <Shortcut key={text} keys={keys} text={t(`shortcuts.${text}`)} />
            ))}
            {nav.map((item) => (
              <Shortcut key={item.id} keys={['g', item.key]} text={t(`nav.${item.id}`)} />
            ))}
          </dl>
        </DialogContent>
        <DialogActions>
          <Button onClick={() => setOpen(false)}>{t('action.close')}</Button>
        </DialogActions>
      </Dialog>
    </>
  );
}

function Shortcut({ keys, text }: { keys: readonly string[]; text: string }) {
  return (
    <div>
      <dt className="row">
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dt>
      <dd>{text}</dd>
    </div>
  );
}
