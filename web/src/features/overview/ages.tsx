import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { FindingAges } from '../../api/system-api.ts';
import { ChartCard } from '../../ui/chart-card.tsx';
import { LateLineChart } from '../../ui/late-charts.tsx';
import { once } from '../../ui/once.ts';
import { Loaded } from '../../ui/states.tsx';
import { agesQuery } from './queries.ts';
import { findingsLink, firstDay, type Scope } from './scope.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const HEIGHT = 200;

const unit = (name: 'day' | 'hour') =>
  once(
    () =>
      new Intl.NumberFormat(undefined, {
        style: 'unit',
        unit: name,
        unitDisplay: 'long',
        maximumFractionDigits: 1,
      }),
  );
const axis = once(() => new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 }));
const inDays = unit('day');
const inHours = unit('hour');
const day = once(
  () => new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric', timeZone: 'UTC' }),
);

/** Is it getting better: how old is what is open, and how long does it take to fix something. */
export function Ages({ scope }: { scope: Scope }) {
  const query = useQuery(agesQuery(scope.asked));
  return (
    <Loaded query={query} rows={2}>
      {query.data ? <AgesCard ages={query.data} scope={scope} /> : null}
    </Loaded>
  );
}

function AgesCard({ ages, scope }: { ages: FindingAges; scope: Scope }) {
  const { t } = useTranslation();
  const { open, fixed, points } = ages;
  const text = (ms: number | null) =>
    ms === null
      ? t('ages.none')
      : ms < HOUR_MS
        ? t('ages.underHour')
        : ms < 2 * DAY_MS
          ? inHours().format(Math.round(ms / HOUR_MS))
          : inDays().format(ms / DAY_MS);
  const days = (ms: number | null) => (ms === null ? null : Math.round((ms / DAY_MS) * 10) / 10);
  const highest = Math.max(
    0,
    ...points.flatMap(({ open: one, fixed: two }) => [days(one.median) ?? 0, days(two.median) ?? 0]),
  );
  const kind = open.now.of > 0 ? (fixed.now.of > 0 ? 'both' : 'open') : fixed.now.of > 0 ? 'fixed' : 'none';
  return (
    <ChartCard
      title={t('ages.title')}
      summary={t(`ages.summary.${kind}`, {
        open: text(open.now.median),
        fixed: text(fixed.now.median),
        count: scope.days,
      })}
      columns={[t('ages.until'), t('ages.openSeries'), t('ages.fixedSeries')]}
      rows={points.map((point) => [
        day().format(point.time - 1),
        days(point.open.median) ?? '–',
        days(point.fixed.median) ?? '–',
      ])}
    >
      <div className="ages-numbers">
        <AgeNumber
          to={findingsLink(scope.within('is:open'), 'oldest')}
          value={text(open.now.median)}
          text={t('ages.open', { count: open.now.of })}
          before={t('ages.openBefore', { before: text(open.before.median) })}
        />
        <AgeNumber
          to={findingsLink(scope.within(`status:fixed closed:>=${firstDay(scope.days)}`))}
          value={text(fixed.now.median)}
          text={t('ages.fixed', { count: fixed.now.of })}
          before={t('ages.fixedBefore', { before: text(fixed.before.median) })}
        />
      </div>
      <LateLineChart
        height={HEIGHT}
        margin={{ left: 0, right: 20, top: 12, bottom: 0 }}
        skipAnimation
        xAxis={[
          {
            scaleType: 'point',
            data: points.map(({ time }) => time - 1),
            valueFormatter: (time: number) => day().format(time),
            tickLabelInterval: 'auto',
          },
        ]}
        yAxis={[
          {
            width: 40,
            min: 0,
            // Under a day the steps would all be called 0.0.
            ...(highest < 1 ? { max: 1 } : {}),
            tickMinStep: highest < 5 ? 0.5 : 1,
            valueFormatter: (value: number) => axis().format(value),
          },
        ]}
        series={[
          {
            id: 'open',
            label: t('ages.openSeries'),
            data: points.map((point) => days(point.open.median)),
            color: 'var(--series-1)',
            shape: 'circle',
            curve: 'linear',
          },
          {
            id: 'fixed',
            label: t('ages.fixedSeries'),
            data: points.map((point) => days(point.fixed.median)),
            color: 'var(--series-3)',
            shape: 'diamond',
            curve: 'linear',
            connectNulls: true,
          },
        ]}
        grid={{ horizontal: true }}
        slotProps={{
          legend: { direction: 'horizontal', position: { vertical: 'bottom', horizontal: 'start' } },
        }}
      />
    </ChartCard>
  );
}

interface AgeNumberProps {
  to: string;
  value: string;
  text: string;
  before: string;
}

/** The number behind the link is that of the findings: it stands in the words below. */
function AgeNumber({ to, value, text, before }: AgeNumberProps) {
  return (
    <Link to={to} className="ages-number">
      <span className="ages-value">{value}</span>
      <span className="fact-text fact-count">{text}</span>
      <span className="muted small">{before}</span>
    </Link>
  );
}
