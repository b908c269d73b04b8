import { useTranslation } from 'react-i18next';
import { WithIds } from '../../ui/id-link.tsx';

/** Before and after, field by field. */
export function AuditChange({ before, after }: { before: unknown; after: unknown }) {
  const { t } = useTranslation();
  const old = fieldsOf(before);
  const now = fieldsOf(after);
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  if (names.length === 0) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable with the keyboard
    <section className="audit-change" tabIndex={0} aria-label={t('audit.change')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('audit.field')}</th>
            <th scope="col">{t('audit.before')}</th>
            <th scope="col">{t('audit.after')}</th>
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <tr key={name}>
              <th scope="row" translate="no">
                {name}
              </th>
              <td translate="no">
                <Value value={old[name]} />
              </td>
              <td translate="no">
                <Value value={now[name]} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Value({ value }: { value: unknown }) {
  if (value === undefined) return <span aria-hidden="true">–</span>;
  return (
    <span className="mono break">
      <WithIds text={typeof value === 'string' ? value : JSON.stringify(value)} />
    </span>
  );
}

function fieldsOf(value: unknown): Record<string, unknown> {
  if (value === null || value === undefined) return {};
  return typeof value === 'object' && !Array.isArray(value) ? { ...value } : { value };
}
