import Button from '@mui/material/Button';
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { type MouseEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SEVERITIES } from '../../ui/severity.tsx';
import { Failure, Loading } from '../../ui/states.tsx';
import { facetsQuery } from './queries.ts';
import { exactName, valuesOf, withoutKey, withValues } from './query-text.ts';
import type { FacetName, Facets } from './types.ts';
import './facet-rail.css';

/** As many values are shown at first; the others are a click away. */
const FIRST = 8;
const NAMES = ['severity', 'status', 'task', 'rule', 'asset', 'assignee', 'label', 'confidence'] as const;
/** Names that the query has for them. */
const KEY: Partial<Record<FacetName, string>> = { task: 'tool' };

const keyOf = (name: FacetName): string => KEY[name] ?? name;

/** How many fit the query, by what they are. A facet does not narrow itself: the other values stay to be chosen. */
export function FacetRail({ q, onChange }: { q: string; onChange: (q: string) => void }) {
  const { t } = useTranslation();
  // The buttons stay while the next numbers are counted: the one that was chosen has the focus.
  const plain = useQuery({ ...facetsQuery(q), placeholderData: keepPreviousData });
  const before = useRef<Partial<Facets['facets']>>({});
  const chosen = NAMES.filter((name) => withoutKey(q, keyOf(name)) !== q);
  const own = useQueries({ queries: chosen.map((name) => facetsQuery(withoutKey(q, keyOf(name)))) });
  // A query may also name what does not exist.
  const wordOf = (name: FacetName, value: string): string | undefined => {
    if (name === 'severity') return t(`severity.${value as 'high'}`, { defaultValue: value });
    if (name === 'status') return t(`findingStatus.${value as 'open'}`, { defaultValue: value });
    if (name === 'confidence') return t(`confidence.${value as 'high'}`, { defaultValue: value });
    return undefined;
  };
  if (plain.isError && !plain.data)
    return <Failure error={plain.error} onRetry={() => void plain.refetch()} />;
  if (!plain.data) return <Loading rows={8} height={24} />;
  return (
    <div className="facet-rail">
      {NAMES.map((name) => {
        const at = chosen.indexOf(name);
        const counted = (at >= 0 ? own[at]?.data : plain.data)?.facets[name];
        const facet = counted ?? before.current[name] ?? plain.data.facets[name];
        before.current[name] = facet;
        return (
          <FacetGroup
            key={name}
            label={t(`facet.${name}`)}
            values={inOrder(name, facet.values).map(({ value, name: shown, count }) => ({
              value: askedAs(name, value, shown),
              label: wordOf(name, value) ?? ((shown ?? value) || t('facet.none')),
              count,
            }))}
            wordOf={(value) => wordOf(name, value) ?? value}
            more={facet.more}
            wanted={valuesOf(q, keyOf(name))}
            unwanted={valuesOf(q, keyOf(name), true)}
            onChange={(wanted, unwanted) =>
              onChange(withValues(withValues(q, keyOf(name), wanted), keyOf(name), unwanted, true))
            }
          />
        );
      })}
      {chosen.length > 0 ? <p className="faint small">{t('facet.hint')}</p> : null}
    </div>
  );
}

/** People read names in a query, not ids. */
function askedAs(facet: FacetName, value: string, shown: string | undefined): string {
  if (facet === 'asset') return exactName(shown ?? value);
  return facet === 'assignee' ? (shown ?? value) : value;
}

/** The most first; severities from worst to least, as everywhere. */
function inOrder<T extends { value: string }>(name: FacetName, values: readonly T[]): readonly T[] {
  if (name !== 'severity') return values;
  return SEVERITIES.flatMap((severity) => values.filter(({ value }) => value === severity));
}

interface FacetGroupProps {
  label: string;
  values: readonly { value: string; label: string; count: number }[];
  wordOf: (value: string) => string;
  more: number;
  wanted: readonly string[];
  unwanted: readonly string[];
  onChange: (wanted: string[], unwanted: string[]) => void;
}

function FacetGroup({ label, values, wordOf, more, wanted, unwanted, onChange }: FacetGroupProps) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  // What is in the query and has no findings stays to be taken away.
  const missing = [...wanted, ...unwanted]
    .filter((value) => !values.some((one) => one.value === value))
    .map((value) => ({ value, label: wordOf(value), count: 0 }));
  const offered = [...values.filter(({ value }) => value !== ''), ...missing];
  const shown = all
    ? offered
    : offered.filter(({ value }, at) => at < FIRST || wanted.includes(value) || unwanted.includes(value));
  if (offered.length === 0) return null;
  const without = (list: readonly string[], value: string) => list.filter((one) => one !== value);
  const click = (event: MouseEvent, value: string) => {
    if (event.altKey || unwanted.includes(value)) {
      const next = without(unwanted, value);
      return onChange(without(wanted, value), unwanted.includes(value) ? next : [...next, value]);
    }
    onChange(wanted.includes(value) ? without(wanted, value) : [...wanted, value], [...unwanted]);
  };
  return (
    <fieldset className="facet-group">
      <legend>{label}</legend>
      <ul>
        {shown.map(({ value, label: text, count }) => (
          <li key={value}>
            <button
              type="button"
              className={unwanted.includes(value) ? 'facet-value facet-not' : 'facet-value'}
              aria-pressed={wanted.includes(value) || unwanted.includes(value)}
              title={text}
              onClick={(event) => click(event, value)}
            >
              <span className="truncate">
                {unwanted.includes(value) ? t('facet.except', { value: text }) : text}
              </span>
              {/* A name of two words, not one. */} <span className="facet-count">{count}</span>
            </button>
          </li>
        ))}
      </ul>
      {offered.length > shown.length || all ? (
        <Button size="small" className="facet-more" onClick={() => setAll(!all)}>
          {all ? t('facet.fewer') : t('facet.more', { count: offered.length - shown.length + more })}
        </Button>
      ) : null}
      {all && more > 0 ? <p className="faint small">{t('facet.rest', { count: more })}</p> : null}
    </fieldset>
  );
}
