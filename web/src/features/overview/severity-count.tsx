import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api } from '../../api/api.ts';
import type { Severity } from '../../api/types.ts';
import { SeverityIcon } from '../../ui/severity.tsx';

const LIMIT = 1000;

/** Open findings of one severity; the link shows exactly those that were counted. Unknown is a dash, not a zero. */
export function SeverityCount({ severity }: { severity: Severity }) {
  const { t } = useTranslation();
  const q = `severity:${severity} status:open,confirmed`;
  const query = useQuery({
    queryKey: ['findings', 'count', q],
    queryFn: async ({ signal }) => {
      const { items, nextCursor } = await api.findings({ q, limit: LIMIT }, signal);
      return { count: items.length, more: nextCursor !== null };
    },
  });
  const text = query.data ? `${query.data.count}${query.data.more ? '+' : ''}` : '–';
  return (
    <Link to={`/findings?q=${encodeURIComponent(q)}`} className="count sev-count">
      <span className={query.data && query.data.count > 0 ? 'count-number' : 'count-number count-zero'}>
        {text}
      </span>
      <span className="count-label">
        <SeverityIcon severity={severity} />
        {t(`severity.${severity}`)}
      </span>
    </Link>
  );
}
