import { type KeyboardEvent, memo, type RefObject, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { VirtualList, type VirtualListHandle } from '../../ui/virtual-list.tsx';
import { ListHead, ListRow } from './list-row.tsx';
import type { ListedFinding } from './types.ts';
import { useRowClicks } from './use-row-clicks.ts';
import type { RowKeys } from './use-row-keys.ts';
import { useRowWords } from './use-row-words.ts';
import type { Selection } from './use-selection.ts';

interface FindingGridProps {
  findings: readonly ListedFinding[];
  /** How many there are, also what is not loaded; undefined: not counted yet. */
  total: number | undefined;
  /** The one that is open beside the list; the list is narrow then and has no heads. */
  open: string | null;
  selection: Selection;
  keys: RowKeys;
  list: RefObject<VirtualListHandle | null>;
  hasMore: boolean;
  onEnd: () => void;
  /** Takes the click instead of the link when it returns true. */
  onOpen: (id: string) => boolean;
}

const Row = memo(ListRow);

/**
 * The list as a grid with one tab stop: arrows move between rows and between a row's box and its title, Space chooses, with Shift
 * a range. `useRowKeys` moves from row to row wherever the focus is; here is what only makes sense inside.
 */
export function FindingGrid(props: FindingGridProps) {
  const { findings, total, open, selection, keys, list, hasMore, onEnd } = props;
  const { t } = useTranslation();
  const [last, setLast] = useState<string | null>(null);
  const words = useRowWords();
  const select = (id: string, range: boolean) => (range ? selection.extendTo(id) : selection.toggle(id));
  const onClick = useRowClicks({ onOpen: props.onOpen, onSelect: select });
  const known = (id: string | null) => (id === null ? -1 : findings.findIndex((one) => one.id === id));
  const stop = Math.max(0, known(last) >= 0 ? known(last) : known(open));

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const target = event.target as HTMLElement;
    const row = target.closest<HTMLElement>('.lrow');
    if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
    const box = row.querySelector<HTMLElement>('.lrow-check');
    const title = row.querySelector<HTMLElement>('[data-row]');
    const id = title?.dataset.row;
    const step = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
    if (event.key === 'ArrowLeft') box?.focus({ preventScroll: true });
    else if (event.key === 'ArrowRight') title?.focus({ preventScroll: true });
    else if (event.key === ' ' && id && target !== box) select(id, event.shiftKey);
    else if (step !== undefined && !title) keys.move(step === 1 ? 0 : step, findings[0]?.id);
    else if (event.key === 'ArrowUp' && id === findings[0]?.id && !event.shiftKey) headBox(event)?.focus();
    else if (step !== undefined && id && (target === box || !Number.isFinite(step))) {
      const to = keys.move(step, id);
      if (to && event.shiftKey && Number.isFinite(step)) selection.add([id, to]);
      if (to && target === box) focusBox(to);
    } else return;
    event.preventDefault();
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a table cannot have rows that exist only while they are in sight
    <div
      role="grid"
      aria-label={t('findings.title')}
      aria-rowcount={total === undefined ? -1 : total + 1}
      aria-multiselectable
      tabIndex={-1}
      onKeyDown={onKeyDown}
      onClick={onClick}
      onFocus={({ target }) => {
        const id = target.closest('.lrow')?.querySelector<HTMLElement>('[data-row]')?.dataset.row;
        if (id) setLast(id);
      }}
    >
      {open === null ? (
        <ListHead
          all={selection.all || findings.every(({ id }) => selection.ids.has(id))}
          some={selection.ids.size > 0}
          onAll={() =>
            findings.every(({ id }) => selection.has(id))
              ? selection.clear()
              : selection.add(findings.map(({ id }) => id))
          }
        />
      ) : null}
      <VirtualList
        tall
        label={t('findings.title')}
        grid={{ kept: stop, selected: (index) => selection.has(findings[index]?.id ?? '') }}
        count={findings.length}
        hasMore={hasMore}
        onEnd={onEnd}
        handle={list}
        rowKey={(index) => findings[index]?.id ?? String(index)}
        renderRow={(index) => {
          const finding = findings[index];
          if (!finding) return null;
          return (
            <Row
              finding={finding}
              current={finding.id === open}
              selected={selection.has(finding.id)}
              stop={index === stop}
              words={words}
            />
          );
        }}
      />
    </div>
  );
}

function headBox(event: KeyboardEvent<HTMLElement>): HTMLElement | null {
  return event.currentTarget.querySelector<HTMLElement>('.lrow-head .lrow-check');
}

/** After the title, which `useRowKeys` focuses when the list has drawn the row. */
function focusBox(id: string, attempts = 10): void {
  const title = document.querySelector(`[data-row="${CSS.escape(id)}"]`);
  if (title)
    title.closest('.lrow')?.querySelector<HTMLElement>('.lrow-check')?.focus({ preventScroll: true });
  else if (attempts > 0) requestAnimationFrame(() => focusBox(id, attempts - 1));
}
