import { useTranslation } from 'react-i18next';
import { exactTime } from '../../ui/clock.ts';
import { SelectInput } from '../../ui/select-input.tsx';
import type { Report } from './types.ts';

const TIMES = ['1d', '7d', '30d', '90d'] as const;

interface AgainstFieldsProps {
  against: string;
  reports: readonly Report[];
  /** A filter is compared with a time, too; a run only with a report. */
  byTime: boolean;
  problem: string | undefined;
  onChange: (against: string) => void;
}

/** What a delta compares with. */
export function AgainstFields({ against, reports, byTime, problem, onChange }: AgainstFieldsProps) {
  const { t } = useTranslation();
  return (
    <SelectInput
      id="report-against"
      label={t('newReport.against')}
      value={against}
      error={problem}
      onChange={onChange}
      options={[
        { value: '', label: t('newReport.againstLatest') },
        ...(byTime
          ? TIMES.map((value) => ({
              value,
              label: t('newReport.againstDays', { count: Number.parseInt(value, 10) }),
            }))
          : []),
        ...reports.map((report) => ({
          value: report.id,
          label: `${report.title}, ${exactTime(report.asOf ?? report.created)}`,
        })),
      ]}
    />
  );
}
