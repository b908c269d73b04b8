import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { TextKey } from '../../i18n/text-key.ts';
import { useRowClock } from '../../ui/row-time.tsx';

/** What the rows of a list have in common. */
export interface RowWords {
  say: (key: TextKey) => string;
  /** The name of a row's box. */
  select: (title: string) => string;
  /** The time that ages are told from. */
  now: number;
}

/** No title has it. */
const TITLE = '\u0000';

/** Looked up once for all rows: a row that asks for its texts itself takes longer for them than for its elements. */
export function useRowWords(): RowWords {
  const { t } = useTranslation();
  const now = useRowClock();
  return useMemo(() => {
    const known = new Map<TextKey, string>();
    const [before = '', after = ''] = t('list.select', { title: TITLE }).split(TITLE);
    return {
      say(key) {
        const text = known.get(key) ?? t(key);
        known.set(key, text);
        return text;
      },
      select: (title) => before + title + after,
      now,
    };
  }, [t, now]);
}
