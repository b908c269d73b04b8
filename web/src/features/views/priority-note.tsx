import Button from '@mui/material/Button';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../app/session.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { When } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';
import { priorityApi } from '../findings/findings-api.ts';
import { queryInWords } from '../findings/query-words.ts';
import type { FindingSort, PriorityList } from '../findings/types.ts';
import './views.css';

interface PriorityNoteProps {
  priority: PriorityList;
  /** The list that one sees. */
  now: { query: string; sort: FindingSort };
  /** A view of its own is shown. */
  elsewhere: boolean;
  onOpen: () => void;
}

/** What 'Priority' means here, in words, and the way to let it mean something else for the whole project. */
export function PriorityNote({ priority, now, elsewhere, onOpen }: PriorityNoteProps) {
  const { t } = useTranslation();
  const may = useMay();
  const client = useQueryClient();
  const words = useQueryWords();
  const [asked, setAsked] = useState<'set' | 'reset' | null>(null);
  const shown = now.query === priority.query && !elsewhere;
  const mayChange = may('policy:write');
  const offers = mayChange && !elsewhere && now.query !== '' && !shown;
  if (!shown && !offers) return null;
  const keep = async (next: PriorityList) => {
    client.setQueryData(['priority-list'], next);
    onOpen();
  };
  return (
    <p className="priority-note">
      {shown ? (
        <span>
          {t('priorityList.means', { words: words(priority.query) })}
          {priority.set === null ? null : (
            <>
              {' '}
              {t('priorityList.setBy', { name: priority.setBy })} <When time={priority.set} />
            </>
          )}
        </span>
      ) : null}
      {shown && mayChange && !priority.usual ? (
        <Button size="small" onClick={() => setAsked('reset')}>
          {t('priorityList.reset')}
        </Button>
      ) : null}
      {offers ? (
        <Button size="small" onClick={() => setAsked('set')}>
          {t('priorityList.use')}
        </Button>
      ) : null}
      {asked ? (
        <Confirm
          title={t(`priorityList.${asked}Title`)}
          action={t(`priorityList.${asked}Action`)}
          harmless
          onConfirm={async () => {
            await keep(asked === 'set' ? await priorityApi.set(now) : await priorityApi.reset());
            toast(t('priorityList.done'));
          }}
          onClose={() => setAsked(null)}
        >
          {asked === 'set' ? (
            <>
              {t('priorityList.setHint')} <strong className="break">{words(now.query)}</strong>
            </>
          ) : (
            t('priorityList.resetHint')
          )}
        </Confirm>
      ) : null}
    </p>
  );
}

function useQueryWords(): (query: string) => string {
  const { t } = useTranslation();
  return (query) =>
    queryInWords(query, {
      or: t('priorityList.or'),
      to: t('priorityList.to'),
      compared: {
        '<': (value) => t('priorityList.less', { value }),
        '<=': (value) => t('priorityList.atMost', { value }),
        '>': (value) => t('priorityList.more', { value }),
        '>=': (value) => t('priorityList.atLeast', { value }),
      },
      not: (part) => t('priorityList.not', { part }),
      key: (key) => key.replaceAll('-', ' '),
    });
}
