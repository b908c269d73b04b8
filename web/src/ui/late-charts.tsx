import type { BarChartProps } from '@mui/x-charts/BarChart';
import type { LineChartProps } from '@mui/x-charts/LineChart';
import { lazy, Suspense } from 'react';
import { Loading } from './states.tsx';

/** What a chart adds to its height for the legend below it. */
const LEGEND_PX = 36;

const Line = lazy(async () => {
  await idle();
  return { default: (await import('@mui/x-charts/LineChart')).LineChart };
});
const Bar = lazy(async () => {
  await idle();
  return { default: (await import('@mui/x-charts/BarChart')).BarChart };
});

/** Charts are the largest part of a page and the last that is needed: they come when all its words stand, into room that is kept for them. */
export function LateLineChart(props: LineChartProps & { height: number }) {
  return (
    <Suspense fallback={<Loading rows={1} height={props.height + LEGEND_PX} />}>
      <Line {...props} />
    </Suspense>
  );
}

export function LateBarChart(props: BarChartProps & { height: number }) {
  return (
    <Suspense fallback={<Loading rows={1} height={props.height + LEGEND_PX} />}>
      <Bar {...props} />
    </Suspense>
  );
}

function idle(): Promise<void> {
  return new Promise((resolve) => {
    // Safari has none.
    if (typeof requestIdleCallback === 'undefined') setTimeout(resolve, 200);
    else requestIdleCallback(() => resolve(), { timeout: 1000 });
  });
}
