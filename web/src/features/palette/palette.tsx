import Dialog from '@mui/material/Dialog';
import { Search } from 'lucide-react';
import { type KeyboardEvent, useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Entry, useEntries } from './entries.ts';
import './palette.css';

/** Go anywhere, do anything, open what was pasted: one field, and a list that the arrows walk through. */
export function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [words, setWords] = useState('');
  // Before a word is typed nothing is chosen: Enter by habit must not start a run again.
  const [chosen, setChosen] = useState(-1);
  const entries = useEntries(words);
  const at = Math.min(chosen, entries.length - 1);
  const current = at < 0 ? undefined : entries[at];

  const run = (entry: Entry) => {
    // Before it runs: the dialog gives the focus back, and what runs may take it.
    onClose();
    setTimeout(entry.run);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const last = entries.length - 1;
    const next = {
      ArrowDown: at >= last ? 0 : at + 1,
      ArrowUp: at <= 0 ? last : at - 1,
      PageDown: Math.min(last, at + 8),
      PageUp: Math.max(0, at - 8),
    }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      setChosen(next);
    } else if (event.key === 'Enter' && current && !event.nativeEvent.isComposing) {
      event.preventDefault();
      run(current);
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      aria-label={t('palette.open')}
      maxWidth="sm"
      fullWidth
      transitionDuration={0}
      slotProps={{ paper: { className: 'palette' } }}
    >
      <div className="palette-field">
        <Search size={18} aria-hidden="true" />
        <input
          autoFocus
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={current ? optionId(current) : undefined}
          aria-label={t('palette.field')}
          placeholder={t('palette.field')}
          autoComplete="off"
          spellCheck={false}
          value={words}
          onChange={(event) => {
            setWords(event.target.value);
            setChosen(event.target.value.trim() === '' ? -1 : 0);
          }}
          onKeyDown={onKeyDown}
        />
        <kbd>Esc</kbd>
      </div>
      <div className="palette-list" id="palette-list" role="listbox" aria-label={t('palette.results')}>
        {grouped(entries).map(([group, own]) => (
          // biome-ignore lint/a11y/useSemanticElements: groups of a listbox
          <div key={group} role="group" aria-label={t(`palette.group.${group}`)}>
            <p className="palette-group" aria-hidden="true">
              {t(`palette.group.${group}`)}
            </p>
            {own.map((entry) => (
              <Option key={entry.id} entry={entry} current={entry === current} onRun={() => run(entry)} />
            ))}
          </div>
        ))}
      </div>
      {entries.length === 0 ? <p className="palette-none muted">{t('palette.none')}</p> : null}
      <p className="palette-foot faint">{t('palette.foot')}</p>
    </Dialog>
  );
}

function Option({ entry, current, onRun }: { entry: Entry; current: boolean; onRun: () => void }) {
  const Icon = entry.icon;
  const intoView = useCallback((node: HTMLElement | null) => node?.scrollIntoView({ block: 'nearest' }), []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus and names the current option
    <div
      id={optionId(entry)}
      role="option"
      aria-selected={current}
      ref={current ? intoView : undefined}
      className="palette-option"
      onClick={onRun}
    >
      <Icon size={16} aria-hidden="true" />
      <span className="truncate grow">{entry.label}</span>
      {entry.detail ? (
        <span className="faint mono small truncate" translate="no">
          {entry.detail}
        </span>
      ) : null}
      {entry.keys ? (
        <span className="row palette-keys" aria-hidden="true">
          {entry.keys.map((key) => (
            <kbd key={key}>{key}</kbd>
          ))}
        </span>
      ) : null}
    </div>
  );
}

function optionId(entry: Entry): string {
  return `palette-${entry.id.replace(/[^\w-]/g, '-')}`;
}

function grouped(entries: readonly Entry[]): [Entry['group'], Entry[]][] {
  return [...Map.groupBy(entries, (entry) => entry.group)];
}
