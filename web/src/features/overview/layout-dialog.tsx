import IconButton from '@mui/material/IconButton';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { SelectInput } from '../../ui/select-input.tsx';
import { type Card, type Layout, PRESETS, type Preset, useSaveLayout } from './layout.ts';

interface LayoutDialogProps {
  layout: Layout;
  possible: readonly Card[];
  onClose(): void;
}

/** Cards are shown, hidden and put in another order with boxes and buttons: nothing has to be dragged. */
export function LayoutDialog({ layout, possible, onClose }: LayoutDialogProps) {
  const { t } = useTranslation();
  const [preset, setPreset] = useState(layout.preset);
  const [shown, setShown] = useState<readonly Card[]>(layout.cards ?? PRESETS[layout.preset]);
  const [order, setOrder] = useState(() => inOrder(shown, possible));
  const [said, setSaid] = useState('');
  const list = useRef<HTMLOListElement>(null);
  const save = useSaveLayout(onClose);

  const choose = (next: Preset) => {
    setPreset(next);
    setShown(PRESETS[next]);
    setOrder(inOrder(PRESETS[next], possible));
  };
  const move = (card: Card, by: -1 | 1) => {
    const at = order.indexOf(card);
    const next = order.filter((one) => one !== card);
    next.splice(at + by, 0, card);
    setOrder(next);
    setSaid(t('layout.moved', { card: t(`layout.card.${card}`), at: at + by + 1, of: next.length }));
    // The row has moved under the button: it keeps the focus, or the other button takes it at the end.
    requestAnimationFrame(() => {
      const buttons = list.current?.querySelectorAll<HTMLButtonElement>(`[data-card="${card}"] button`);
      const [up, down] = buttons ?? [];
      const own = by === -1 ? up : down;
      (own?.disabled ? (by === -1 ? down : up) : own)?.focus();
    });
  };
  const submit = () => {
    const cards = order.filter((card) => shown.includes(card));
    const asPreset = PRESETS[preset].filter((card) => possible.includes(card));
    const same = cards.length === asPreset.length && cards.every((card, at) => card === asPreset[at]);
    save.mutate({ preset, cards: same ? null : cards });
  };
  return (
    <FormDialog
      title={t('layout.title')}
      lead={t('layout.lead')}
      action={t('layout.save')}
      pending={save.isPending}
      error={save.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <SelectInput
        id="layout-preset"
        label={t('layout.preset')}
        value={preset}
        onChange={(value) => choose(value as Preset)}
        options={(Object.keys(PRESETS) as Preset[]).map((name) => ({
          value: name,
          label: t(`layout.presets.${name}`),
        }))}
      />
      <p className="field-label">{t('layout.cards')}</p>
      <ol className="layout-cards" ref={list} aria-label={t('layout.cards')}>
        {order.map((card, at) => (
          <li key={card} data-card={card}>
            <label className="check grow">
              <input
                type="checkbox"
                checked={shown.includes(card)}
                onChange={() =>
                  setShown(shown.includes(card) ? shown.filter((one) => one !== card) : [...shown, card])
                }
              />
              <span>{t(`layout.card.${card}`)}</span>
            </label>
            <IconButton
              size="small"
              disabled={at === 0}
              aria-label={t('layout.up', { card: t(`layout.card.${card}`) })}
              onClick={() => move(card, -1)}
            >
              <ArrowUp size={16} />
            </IconButton>
            <IconButton
              size="small"
              disabled={at === order.length - 1}
              aria-label={t('layout.down', { card: t(`layout.card.${card}`) })}
              onClick={() => move(card, 1)}
            >
              <ArrowDown size={16} />
            </IconButton>
          </li>
        ))}
      </ol>
      <p className="visually-hidden" role="status">
        {said}
      </p>
    </FormDialog>
  );
}

/** Those that are shown in their order, then the others. */
function inOrder(shown: readonly Card[], possible: readonly Card[]): Card[] {
  return [
    ...shown.filter((card) => possible.includes(card)),
    ...possible.filter((card) => !shown.includes(card)),
  ];
}
