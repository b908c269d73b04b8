import Button from '@mui/material/Button';
import { ChartLine, Table2 } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import './chart-card.css';

interface ChartCardProps {
  title: string;
  /** What the chart says, in one sentence. */
  summary: string;
  columns: readonly string[];
  /** The same numbers; the first cell names the row. */
  rows: readonly (readonly (string | number)[])[];
  children: ReactNode;
}

/** A chart with its sentence, and as a table for whoever reads numbers better. */
export function ChartCard({ title, summary, columns, rows, children }: ChartCardProps) {
  const { t } = useTranslation();
  const id = useId();
  const [asTable, setAsTable] = useState(false);
  const Icon = asTable ? ChartLine : Table2;
  return (
    <section className="card chart-card" aria-labelledby={id}>
      <div className="chart-card-head">
        <h3 id={id} className="grow">
          {title}
        </h3>
        <Button
          size="small"
          variant="text"
          startIcon={<Icon size={14} />}
          aria-label={t(asTable ? 'chart.asChartOf' : 'chart.asTableOf', { title })}
          onClick={() => setAsTable(!asTable)}
        >
          {t(asTable ? 'chart.asChart' : 'chart.asTable')}
        </Button>
      </div>
      <p className="muted small">{summary}</p>
      {asTable ? <ChartTable title={title} columns={columns} rows={rows} /> : children}
    </section>
  );
}

function ChartTable({ title, columns, rows }: Pick<ChartCardProps, 'title' | 'columns' | 'rows'>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable with the keyboard
    <section className="chart-table" tabIndex={0} aria-label={title}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, ...cells]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {cells.map((cell, at) => (
                <td key={columns[at + 1]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
