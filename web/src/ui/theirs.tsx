import { useTranslation } from 'react-i18next';
import { Warning } from './states.tsx';
import './theirs.css';
import type { EditPart } from './use-edit.ts';

/** What somebody else saved while this was typed, field by field beside it. */
export function Theirs({ theirs, yours }: { theirs: readonly EditPart[]; yours: readonly EditPart[] }) {
  const { t } = useTranslation();
  const differing = theirs.filter(({ value }, at) => value !== yours[at]?.value);
  return (
    <Warning title={t('conflict.title')}>
      {differing.length > 0 ? (
        <table className="theirs">
          <thead>
            <tr>
              <th scope="col">{t('conflict.field')}</th>
              <th scope="col">{t('conflict.theirs')}</th>
              <th scope="col">{t('conflict.yours')}</th>
            </tr>
          </thead>
          <tbody>
            {theirs.map(({ label, value }, at) =>
              value === yours[at]?.value ? null : (
                <tr key={label}>
                  <th scope="row">{label}</th>
                  <td className="break">{value || '–'}</td>
                  <td className="break">{yours[at]?.value || '–'}</td>
                </tr>
              ),
            )}
          </tbody>
        </table>
      ) : null}
      <p>{t('conflict.hint')}</p>
    </Warning>
  );
}
