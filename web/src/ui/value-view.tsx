import { useTranslation } from 'react-i18next';
import './value-view.css';

type Json = unknown;

const numbers = new Intl.NumberFormat(undefined, { maximumFractionDigits: 6 });

/** Any JSON value for reading: objects as names with values, lists of like objects as tables, the rest as text. */
export function ValueView({ value, depth = 0 }: { value: Json; depth?: number }) {
  const { t } = useTranslation();
  if (value === null || value === undefined) return <span className="faint">{t('value.none')}</span>;
  if (typeof value === 'boolean') return <span>{value ? t('value.yes') : t('value.no')}</span>;
  if (typeof value === 'number') return <span className="value-text">{numbers.format(value)}</span>;
  if (typeof value !== 'object') return <span className="value-text">{String(value)}</span>;
  if (Array.isArray(value)) return <ListView list={value} depth={depth} />;
  const entries = Object.entries(value);
  if (entries.length === 0) return <span className="faint">{t('value.empty')}</span>;
  return (
    <dl className={depth === 0 ? 'value-object card' : 'value-object'}>
      {entries.map(([name, inner]) => (
        <div key={name} className={isSimple(inner) ? 'value-pair' : 'value-pair value-pair-wide'}>
          <dt>{inWords(name)}</dt>
          <dd>
            <ValueView value={inner} depth={depth + 1} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function ListView({ list, depth }: { list: readonly Json[]; depth: number }) {
  const { t } = useTranslation();
  if (list.length === 0) return <span className="faint">{t('value.empty')}</span>;
  const columns = columnsOf(list);
  if (columns) return <TableView rows={list as Record<string, Json>[]} columns={columns} />;
  if (list.every(isSimple)) return <span className="value-text">{list.map(String).join(', ')}</span>;
  return (
    <ol className="value-list">
      {list.map((item, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a stored value never changes its order
        <li key={at} className="value-item">
          <ValueView value={item} depth={depth + 1} />
        </li>
      ))}
    </ol>
  );
}

function TableView({ rows, columns }: { rows: readonly Record<string, Json>[]; columns: readonly string[] }) {
  const { t } = useTranslation();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable with the keyboard
    <section className="value-table" tabIndex={0} aria-label={t('value.table')}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {inWords(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a stored value never changes its order
            <tr key={at}>
              {columns.map((column) => (
                <td key={column}>
                  <ValueView value={row[column]} depth={2} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The columns of a list whose entries are flat objects with at most six names, else undefined. */
function columnsOf(list: readonly Json[]): string[] | undefined {
  const names = new Set<string>();
  for (const item of list) {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return undefined;
    for (const [name, value] of Object.entries(item)) {
      if (!isSimple(value)) return undefined;
      names.add(name);
    }
  }
  return names.size > 0 && names.size <= 6 ? [...names] : undefined;
}

function isSimple(value: Json): boolean {
  return value === null || typeof value !== 'object' || Object.keys(value).length === 0;
}

function inWords(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/[_-]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
