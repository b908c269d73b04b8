import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { FindingTrend } from '../../api/system-api.ts';
import { ChartCard } from '../../ui/chart-card.tsx';
import { LateBarChart, LateLineChart } from '../../ui/late-charts.tsx';
import { once } from '../../ui/once.ts';
import { SEVERITIES } from '../../ui/severity.tsx';
import { Loaded } from '../../ui/states.tsx';
import { trendQuery } from './queries.ts';
import type { Scope } from './scope.ts';

type Day = FindingTrend['days'][number];

const HEIGHT = 240;
const MARGIN = { left: 0, right: 20, top: 12, bottom: 0 };

/** Is it getting better. Days are those of UTC, as in a query about findings. */
export function Trends({ scope }: { scope: Scope }) {
  const query = useQuery(trendQuery(scope.asked));
  return (
    <Loaded query={query} rows={2}>
      {query.data ? (
        <div className="home-columns">
          <OpenBySeverity days={query.data.days} />
          <OpenedAndClosed days={query.data.days} />
        </div>
      ) : null}
    </Loaded>
  );
}

function OpenBySeverity({ days }: { days: readonly Day[] }) {
  const { t } = useTranslation();
  const [first, last] = [days[0], days.at(-1)];
  if (!first || !last) return null;
  const [before, now] = [sum(first.open), sum(last.open)];
  // Severities that never occurred would only fill the legend.
  const present = SEVERITIES.filter((severity) => days.some(({ open }) => open[severity] > 0));
  return (
    <ChartCard
      title={t('home.trend.title')}
      summary={t(now === before ? 'home.trend.same' : now > before ? 'home.trend.more' : 'home.trend.less', {
        ...{ now, before, count: days.length },
        worst: last.open.critical + last.open.high,
      })}
      columns={[t('home.day'), ...SEVERITIES.map((severity) => t(`severity.${severity}`))]}
      rows={days.map(({ day, open }) => [dayText(day), ...SEVERITIES.map((severity) => open[severity])])}
    >
      <LateLineChart
        height={HEIGHT}
        margin={MARGIN}
        skipAnimation
        xAxis={[
          {
            scaleType: 'point',
            data: days.map(({ day }) => day),
            valueFormatter: dayText,
            tickLabelInterval: 'auto',
          },
        ]}
        yAxis={[{ width: 40, min: 0, tickMinStep: 1 }]}
        series={present.toReversed().map((severity) => ({
          id: severity,
          label: t(`severity.${severity}`),
          data: days.map(({ open }) => open[severity]),
          color: `var(--${severity}-fill)`,
          area: true,
          stack: 'open',
          showMark: false,
          curve: 'linear',
        }))}
        grid={{ horizontal: true }}
        slotProps={{
          legend: { direction: 'horizontal', position: { vertical: 'bottom', horizontal: 'start' } },
        }}
      />
    </ChartCard>
  );
}

function OpenedAndClosed({ days }: { days: readonly Day[] }) {
  const { t } = useTranslation();
  const opened = days.map((day) => sum(day.opened));
  const closed = days.map((day) => sum(day.closed));
  const total = (counts: number[]) => counts.reduce((all, count) => all + count, 0);
  return (
    <ChartCard
      title={t('home.flow.title')}
      summary={t('home.flow.summary', { opened: total(opened), closed: total(closed), count: days.length })}
      columns={[t('home.day'), t('home.flow.opened'), t('home.flow.closed')]}
      rows={days.map(({ day }, at) => [dayText(day), opened[at] ?? 0, closed[at] ?? 0])}
    >
      <LateBarChart
        height={HEIGHT}
        margin={MARGIN}
        skipAnimation
        xAxis={[
          {
            scaleType: 'band',
            data: days.map(({ day }) => day),
            valueFormatter: dayText,
            tickLabelInterval: 'auto',
          },
        ]}
        yAxis={[{ width: 40, min: 0, tickMinStep: 1 }]}
        series={[
          { id: 'opened', label: t('home.flow.opened'), data: opened, color: 'var(--series-2)' },
          { id: 'closed', label: t('home.flow.closed'), data: closed, color: 'var(--series-1)' },
        ]}
        grid={{ horizontal: true }}
        slotProps={{
          legend: { direction: 'horizontal', position: { vertical: 'bottom', horizontal: 'start' } },
        }}
      />
    </ChartCard>
  );
}

function sum(counts: Day['open']): number {
  return SEVERITIES.reduce((all, severity) => all + counts[severity], 0);
}

const day = once(
  () => new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric', timeZone: 'UTC' }),
);

function dayText(time: number): string {
  return day().format(time);
}
