import Dialog from '@mui/material/Dialog';
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useId, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Loading } from '../../../ui/states.tsx';
import { tasksQuery } from '../../tasks/queries.ts';
import type { Action } from '../document/graph.ts';
import { operationsQuery, workflowNamesQuery } from '../queries.ts';
import { ActionIcon } from './action-icon.tsx';
import './palette.css';

export interface Choice {
  action: Exclude<Action, 'none'>;
  ref: string;
  title: string;
  text: string;
}

interface PaletteProps {
  title: string;
  /** Only what can take the place of an action. */
  actionsOnly: boolean;
  /** The workflow itself is no step of its own. */
  own: string;
  onPick: (choice: Choice) => void;
  onClose: () => void;
}

const SHOWN = 60;

/** What a step can do: type a few letters, Enter takes the first one. */
export function Palette({ title, actionsOnly, own, onPick, onClose }: PaletteProps) {
  const { t } = useTranslation();
  const id = useId();
  const [words, setWords] = useState('');
  const [at, setAt] = useState(0);
  const { choices, pending } = useChoices(own, actionsOnly);
  const found = useMemo(() => fitting(choices, words).slice(0, SHOWN), [choices, words]);
  const current = found[Math.min(at, found.length - 1)];

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const next = Math.max(0, Math.min(found.length - 1, at + (event.key === 'ArrowDown' ? 1 : -1)));
      setAt(next);
      document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: 'nearest' });
    }
    if (event.key === 'Enter' && current) {
      event.preventDefault();
      onPick(current);
    }
  };
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="sm" aria-label={title}>
      <div className="wf-palette">
        <input
          autoFocus
          className="input"
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={current ? `${id}-${found.indexOf(current)}` : undefined}
          aria-label={title}
          placeholder={title}
          value={words}
          onChange={(event) => {
            setWords(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
        {pending ? <Loading rows={5} /> : null}
        {!pending && found.length === 0 ? (
          <p className="muted wf-palette-none">{t('designer.paletteNone', { words })}</p>
        ) : null}
        <div id={`${id}-list`} role="listbox" aria-label={title} className="wf-palette-list">
          {found.map((choice, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the focus and the keys
            // biome-ignore lint/a11y/useFocusableInteractive: the field above names the active one
            <div
              key={`${choice.action} ${choice.ref}`}
              id={`${id}-${index}`}
              role="option"
              aria-selected={choice === current}
              className="wf-palette-item"
              onClick={() => onPick(choice)}
              onPointerMove={() => setAt(index)}
            >
              <span className="wf-node-icon">
                <ActionIcon action={choice.action} />
              </span>
              <span className="wf-palette-main">
                <span className="wf-palette-title">
                  {choice.title}
                  <span className="faint small">
                    {t(`designer.kind.${choice.action}`)}
                    {choice.ref && choice.ref !== choice.title ? ` ${choice.ref}` : ''}
                  </span>
                </span>
                <span className="muted small truncate">{choice.text}</span>
              </span>
            </div>
          ))}
        </div>
      </div>
    </Dialog>
  );
}

function useChoices(own: string, actionsOnly: boolean): { choices: Choice[]; pending: boolean } {
  const { t } = useTranslation();
  const tasks = useQuery(tasksQuery);
  const workflows = useQuery(workflowNamesQuery);
  const operations = useQuery(operationsQuery);
  const choices = useMemo(() => {
    const gates = actionsOnly
      ? []
      : (['approval', 'wait'] as const).map((action) => ({
          action,
          ref: '',
          title: t(`designer.gate.${action}`),
          text: t(`designer.gateHint.${action}`),
        }));
    return [
      ...(tasks.data?.items ?? []).map(({ id, title, summary }) => ({
        action: 'task' as const,
        ref: id,
        title,
        text: summary ?? id,
      })),
      ...gates,
      ...(workflows.data?.items ?? [])
        .filter(({ name }) => name !== own)
        .map(({ name, description }) => ({
          action: 'workflow' as const,
          ref: name,
          title: name,
          text: description,
        })),
      ...(operations.data ?? []).map(({ id, summary }) => ({
        action: 'operation' as const,
        ref: id,
        title: id,
        text: summary,
      })),
    ];
  }, [tasks.data, workflows.data, operations.data, own, actionsOnly, t]);
  return { choices, pending: tasks.isPending };
}

/** Those with all the words; where they stand in the title comes first. */
function fitting(choices: readonly Choice[], text: string): Choice[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const score = ({ title, ref, text: more, action }: Choice) => {
    const name = `${title} ${ref} ${action}`.toLowerCase();
    const all = `${name} ${more}`.toLowerCase();
    if (!words.every((word) => all.includes(word))) return 0;
    return words.every((word) => name.includes(word)) ? 2 : 1;
  };
  return choices
    .map((choice) => ({ choice, points: score(choice) }))
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points)
    .map(({ choice }) => choice);
}
