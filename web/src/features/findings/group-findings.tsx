import Button from '@mui/material/Button';
import { useTranslation } from 'react-i18next';
import { ListRow } from './list-row.tsx';
import type { ListedFinding } from './types.ts';
import { useRowClicks } from './use-row-clicks.ts';
import { useRowWords } from './use-row-words.ts';
import type { Selection } from './use-selection.ts';

interface GroupFindingsProps {
  findings: readonly ListedFinding[];
  selection: Selection;
  /** Null: these are all. */
  onMore: (() => void) | null;
}

/** The findings of the group that is open. A row leads to its page: beside groups there is no room for a panel. */
export function GroupFindings({ findings, selection, onMore }: GroupFindingsProps) {
  const { t } = useTranslation();
  const words = useRowWords();
  const onClick = useRowClicks({
    onOpen: () => false,
    onSelect: (id, range) => (range ? selection.extendTo(id) : selection.toggle(id)),
  });
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: the same rows as in the grid of the list */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the link and the box of a row have their keys from the browser */}
      <div role="grid" aria-label={t('findings.title')} aria-multiselectable tabIndex={-1} onClick={onClick}>
        {findings.map((finding) => (
          // biome-ignore lint/a11y/useSemanticElements: as above
          // biome-ignore lint/a11y/useFocusableInteractive: its box and its title take the focus
          <div
            key={finding.id}
            role="row"
            className="group-finding"
            aria-selected={selection.has(finding.id)}
          >
            <ListRow
              finding={finding}
              current={false}
              stop
              selected={selection.has(finding.id)}
              words={words}
            />
          </div>
        ))}
      </div>
      {onMore ? (
        <Button size="small" onClick={onMore}>
          {t('action.more')}
        </Button>
      ) : null}
    </>
  );
}
