import type { Chart, Fill } from '../../charts/chart.ts';
import { svgOf, tableOf } from '../../charts/draw-svg.ts';
import { changeChart, rankingChart, severityChart, weeksChart } from '../../charts/report-charts.ts';
import { CHANGE_LIST, SEVERITY_LIST } from '../page-data.ts';
import type { Findings } from './read-data.ts';

const WEEK_S = 7 * 86_400;

/** The charts of the page again, for what is shown now; they are our own text, with every name escaped. */
export function redraw(findings: Findings, shown: Uint32Array): void {
  const makers: Record<string, () => Chart> = {
    severity: () =>
      severityChart(named(SEVERITY_LIST, countCodes(findings.severity, shown, SEVERITY_LIST.length))),
    change: () => changeChart(named(CHANGE_LIST, countCodes(findings.change, shown, CHANGE_LIST.length))),
    weeks: () => weeksChart(weeksOf(findings, shown)),
    rules: () =>
      ranking(
        findings,
        shown,
        findings.data.rule,
        { id: 'rules', title: 'Most frequent rules', what: 'Rule', key: 'rule' },
        (at) => [findings.data.rules[at]?.key ?? '', findings.data.rules[at]?.title ?? ''],
      ),
    assets: () =>
      ranking(
        findings,
        shown,
        findings.data.asset,
        { id: 'assets', title: 'Most findings by asset', what: 'Asset', key: 'asset' },
        (at) => [String(at), findings.data.assets[at] ?? ''],
      ),
  };
  for (const figure of document.querySelectorAll<HTMLElement>('figure[data-chart]')) {
    const maker = makers[figure.dataset.chart ?? ''];
    const svg = figure.querySelector('svg');
    // The words of a delta's second chart are not those of all findings.
    if (
      !maker ||
      !svg ||
      (figure.closest('.charts')?.querySelector('[data-chart=change]') && figure.dataset.chart === 'severity')
    )
      continue;
    const chart = maker();
    svg.outerHTML = svgOf(chart, { interactive: true });
    const table = figure.querySelector('.twin table');
    if (table) table.outerHTML = tableOf(chart);
  }
}

function countCodes(codes: Uint8Array, shown: Uint32Array, size: number): Uint32Array {
  const counts = new Uint32Array(size);
  for (const index of shown) {
    const code = codes[index] ?? 0;
    counts[code] = (counts[code] ?? 0) + 1;
  }
  return counts;
}

function named<T extends string>(names: readonly T[], counts: Uint32Array): Record<Exclude<T, ''>, number> {
  return Object.fromEntries(names.map((name, index) => [name, counts[index] ?? 0])) as Record<
    Exclude<T, ''>,
    number
  >;
}

function weeksOf({ data, severity }: Findings, shown: Uint32Array) {
  const weeks = Array.from({ length: data.weeks.count }, (_, index) => ({
    start: data.weeks.start + index * WEEK_S * 1000,
    opened: { critical: 0, high: 0, medium: 0, low: 0, info: 0 },
    closed: 0,
  }));
  const first = data.weeks.start / 1000;
  for (const index of shown) {
    const week = weeks[Math.floor(((data.firstSeen[index] ?? 0) - first) / WEEK_S)];
    const name = SEVERITY_LIST[severity[index] ?? 0];
    if (week && name) week.opened[name] += 1;
  }
  return weeks;
}

function ranking(
  { severity, data }: Findings,
  shown: Uint32Array,
  column: readonly number[],
  input: Parameters<typeof rankingChart>[0],
  nameOf: (at: number) => [value: string, label: string],
): Chart {
  const size = shown.length === 0 ? 0 : input.key === 'rule' ? data.rules.length : data.assets.length;
  const counts = new Uint32Array(size);
  const worst = new Uint8Array(size).fill(4);
  for (const index of shown) {
    const at = column[index] ?? 0;
    counts[at] = (counts[at] ?? 0) + 1;
    const rank = severity[index] ?? 4;
    if (rank < (worst[at] ?? 4)) worst[at] = rank;
  }
  const rows = [...counts.keys()]
    .filter((at) => (counts[at] ?? 0) > 0)
    .map((at) => {
      const [value, label] = nameOf(at);
      return {
        value,
        label,
        count: counts[at] ?? 0,
        severity: (SEVERITY_LIST[worst[at] ?? 4] ?? 'info') as Fill,
      };
    });
  return rankingChart(input, rows);
}
