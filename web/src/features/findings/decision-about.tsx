import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { placeOf } from './location.ts';
import { facetsQuery } from './queries.ts';
import type { ListedFinding, TriagePreview } from './types.ts';
import type { Targets } from './use-decisions.tsx';

/** Rules that are named; of the others only how many there are. */
const RULES = 3;

/** What a decision is about: the one with its place, or how many of which rule. */
export function DecisionAbout({ about }: { about: Targets }) {
  const [first, second] = about.job?.findings ?? about.findings;
  if (first && !second) return <One finding={first} />;
  if (first) return <Many counts={countRules(about.job?.findings ?? about.findings)} />;
  return about.job && 'q' in about.job.chosen ? <OfQuery q={about.job.chosen.q} /> : null;
}

function One({ finding }: { finding: ListedFinding }) {
  const place = placeOf(finding.location);
  return (
    <>
      <strong className="break decision-title">{finding.title}</strong>
      <span className="mono small break" translate="no">
        {place.main}
        {place.detail}
      </span>
    </>
  );
}

function OfQuery({ q }: { q: string }) {
  const { data } = useQuery(facetsQuery(q));
  if (!data) return null;
  const { values, more } = data.facets.rule;
  return <Many counts={values.map(({ value, count }) => [value, count])} more={more} />;
}

function Many({ counts, more = 0 }: { counts: readonly (readonly [string, number])[]; more?: number }) {
  const { t } = useTranslation();
  const others = counts.length - RULES + more;
  return (
    <ul className="decision-rules">
      {counts.slice(0, RULES).map(([rule, count]) => (
        <li key={rule} className="break">
          {t('triage.ofRule', { count })} <code translate="no">{rule}</code>
        </li>
      ))}
      {others > 0 ? <li>{t('triage.ofOtherRules', { count: others })}</li> : null}
    </ul>
  );
}

function countRules(findings: readonly ListedFinding[]): [string, number][] {
  const groups = Map.groupBy(findings, ({ rule }) => rule);
  return [...groups].map(([rule, of]): [string, number] => [rule, of.length]).sort((a, b) => b[1] - a[1]);
}

/** With the comment that the policy asks for. */
export function changesOf({ changes, comments }: TriagePreview): number {
  return changes + (comments?.rules ?? []).reduce((sum, { count }) => sum + count, 0);
}

const list = new Intl.ListFormat(undefined, { type: 'conjunction' });

/** What a change of all that fit would do: how many it changes, and what people have decided otherwise. */
export function DecisionPreview({
  preview,
  overrule,
  onOverrule,
}: {
  preview: TriagePreview;
  overrule: boolean;
  onOverrule: (overrule: boolean) => void;
}) {
  const { t } = useTranslation();
  const words = (counts: Readonly<Record<string, number>>) =>
    list.format(
      Object.entries(counts).map(([status, count]) => t(`triage.counted.${status as 'open'}`, { count })),
    );
  const kept = Object.values(preview.decided).reduce((sum, count) => sum + count, 0);
  const same = preview.skipped.find(({ reason }) => reason === 'unchanged')?.count ?? 0;
  return (
    <div className="decision-preview" role="status">
      <p>
        {changesOf(preview) === 0
          ? t('triage.changesNone')
          : words(sums(preview.byStatus, preview.comments?.byStatus ?? {}))}
        {kept > 0 ? `; ${t('triage.leftAlone', { count: kept, what: words(preview.decided) })}` : ''}
        {same > 0 ? `; ${t('triage.soAlready', { count: same })}` : ''}
      </p>
      {kept > 0 || overrule ? (
        <label className="check">
          <input type="checkbox" checked={overrule} onChange={(event) => onOverrule(event.target.checked)} />
          <span>{t('triage.overrule')}</span>
        </label>
      ) : null}
    </div>
  );
}

function sums(
  one: Readonly<Record<string, number>>,
  other: Readonly<Record<string, number>>,
): Record<string, number> {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return Object.fromEntries(names.map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]));
}
