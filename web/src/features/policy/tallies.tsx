import Button from '@mui/material/Button';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { SeverityChip } from '../../ui/severity.tsx';
import type { Example, Tally } from './types.ts';

/** What each rule would do: how often, and to what, for example. */
export function Tallies({
  title,
  tallies,
  onLine,
}: {
  title: string;
  tallies: readonly Tally[];
  onLine: (line: number) => void;
}) {
  const { t } = useTranslation();
  return (
    <section className="stack" aria-label={title}>
      <h3>{title}</h3>
      {tallies.length === 0 ? <p className="muted">{t('replay.noRule')}</p> : null}
      {tallies.map((tally) => (
        <div key={`${tally.line} ${tally.rule}`} className="card policy-tally">
          <p className="row wrap">
            <strong className="break">{tally.rule}</strong>
            <Count count={tally.count} examples={tally.examples} />
            <Button size="small" onClick={() => onLine(tally.line)}>
              {t('policy.line', { line: tally.line })}
            </Button>
          </p>
          <Examples examples={tally.examples} more={tally.count - tally.examples.length} />
        </div>
      ))}
    </section>
  );
}

/** Where all of them are known, the number leads to exactly them. */
export function Count({ count, examples }: { count: number; examples: readonly Example[] }) {
  const { t } = useTranslation();
  const words = t('replay.findings', { count });
  if (count === 0 || count !== examples.length) return <span>{words}</span>;
  return <Link to={listOf(examples)}>{words}</Link>;
}

export function Examples({ examples, more }: { examples: readonly Example[]; more: number }) {
  const { t } = useTranslation();
  return (
    <ul className="policy-examples">
      {examples.map(({ id, severity, title, place }) => (
        <li key={id}>
          <SeverityChip severity={severity} />
          <Link to={`/findings/${encodeURIComponent(id)}`} className="break">
            {title}
          </Link>
          <bdi className="muted small break" translate="no">
            {place}
          </bdi>
        </li>
      ))}
      {more > 0 ? <li className="muted small">{t('replay.more', { count: more })}</li> : null}
    </ul>
  );
}

function listOf(examples: readonly Example[]): string {
  return `/findings?q=${encodeURIComponent(`id:${examples.map(({ id }) => id).join(',')}`)}`;
}
