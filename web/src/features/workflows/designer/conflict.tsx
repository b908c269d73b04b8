import Button from '@mui/material/Button';
import { useTranslation } from 'react-i18next';
import { Warning } from '../../../ui/states.tsx';
import { When } from '../../../ui/time.tsx';
import type { Workflow } from '../types.ts';
import { YamlDiff } from './yaml-diff.tsx';

interface ConflictProps {
  base: Workflow;
  theirs: Workflow;
  onTheirs: () => void;
}

/** What somebody else has published since this draft was begun. */
export function Conflict({ base, theirs, onTheirs }: ConflictProps) {
  const { t } = useTranslation();
  return (
    <>
      <Warning
        title={t('designer.conflict', { revision: theirs.revision })}
        action={<Button onClick={onTheirs}>{t('designer.takeTheirs')}</Button>}
      >
        {theirs.note ? <span className="break">“{theirs.note}” · </span> : null}
        <When time={theirs.updated} />
        <p>{t('designer.conflictHint')}</p>
      </Warning>
      <section className="stack" aria-label={t('designer.theirChanges')}>
        <h3>{t('designer.theirChanges')}</h3>
        <YamlDiff label={t('designer.theirChanges')} before={base.source} after={theirs.source} />
      </section>
    </>
  );
}
