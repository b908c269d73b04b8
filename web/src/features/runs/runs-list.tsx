import { ListChecks } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Run } from '../../api/types.ts';
import { useCommands } from '../../app/commands.ts';
import { useMay } from '../../app/session.ts';
import { useKeys } from '../../app/use-keys.ts';
import { Empty } from '../../ui/states.tsx';
import { VirtualList, type VirtualListHandle } from '../../ui/virtual-list.tsx';
import { useRowKeys } from '../findings/use-row-keys.ts';
import type { Selection } from '../findings/use-selection.ts';
import { RunRow } from './run-row.tsx';

interface RunsListProps {
  runs: readonly Run[];
  titles: ReadonlyMap<string, string>;
  filtered: boolean;
  selection: Selection;
  hasMore: boolean;
  onEnd: () => void;
}

/** The runs, to be walked and chosen with the keyboard too. */
export function RunsList({ runs, titles, filtered, selection, hasMore, onEnd }: RunsListProps) {
  const { t } = useTranslation();
  const may = useMay();
  const list = useRef<VirtualListHandle>(null);
  const keys = useRowKeys(runs, list, { onExtend: (from, to) => selection.add([from, to]) });
  const choosable = may('run:create') || may('run:cancel');
  useCommands([
    {
      id: 'select-row',
      label: t('manyRuns.command.select'),
      group: 'here',
      shortcut: 'x',
      keyOnly: true,
      when: () => choosable,
      run: () => {
        const id = keys.current() ?? keys.move(0);
        if (id) selection.toggle(id);
      },
    },
  ]);
  useKeys({ Escape: selection.clear }, selection.all || selection.ids.size > 0);
  if (runs.length === 0)
    return (
      <Empty
        title={filtered ? t('runs.noneFit') : t('runs.none')}
        icon={<ListChecks size={22} />}
        action={
          filtered ? (
            <Link to="/runs">{t('runs.showAll')}</Link>
          ) : may('run:create') ? (
            <Link to="/tasks">{t('runs.choose')}</Link>
          ) : undefined
        }
      >
        {filtered ? undefined : t('runs.noneHint')}
      </Empty>
    );
  return (
    <VirtualList
      label={t('runs.title')}
      count={runs.length}
      hasMore={hasMore}
      onEnd={onEnd}
      handle={list}
      rowKey={(index) => runs[index]?.id ?? String(index)}
      renderRow={(index) => {
        const run = runs[index];
        if (!run) return null;
        const title = titles.get(run.task) ?? run.task;
        if (!choosable) return <RunRow run={run} title={title} />;
        return (
          <RunRow
            run={run}
            title={title}
            selected={selection.has(run.id)}
            onSelect={(range) => (range ? selection.extendTo(run.id) : selection.toggle(run.id))}
          />
        );
      }}
    />
  );
}
