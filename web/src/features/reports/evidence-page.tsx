import Button from '@mui/material/Button';
import { Download } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import type { Permission } from '../../api/access-types.ts';
import { useMay } from '../../app/session.ts';
import { CheckList } from '../../ui/check-list.tsx';
import { CopyBlock } from '../../ui/copy-chip.tsx';
import { TextInput } from '../../ui/input.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { SelectInput } from '../../ui/select-input.tsx';
import { quarters } from './quarters.ts';
import { reportsApi } from './reports-api.ts';
import { ReportsNav } from './reports-nav.tsx';
import { VerifyFile } from './verify-file.tsx';
import './reports.css';

const PARTS = [
  { value: 'findings', needs: 'finding:read' },
  { value: 'acceptances', needs: 'finding:read' },
  { value: 'runs', needs: 'run:read' },
  { value: 'audit', needs: 'audit:read' },
  { value: 'signals', needs: 'finding:read' },
] as const satisfies readonly { value: string; needs: Permission }[];
type Part = (typeof PARTS)[number]['value'];

/** What an auditor takes along: a period, what it is to hold, one file; and whether a file is one of ours. */
export function EvidencePage() {
  const { t } = useTranslation();
  const may = useMay();
  const [search, setSearch] = useSearchParams();
  const periods = quarters(Date.now());
  // Most ask for the last one that is over: the first goes on.
  const from = search.get('from') ?? periods[1]?.from ?? '';
  const until = search.get('until') ?? periods[1]?.until ?? '';
  const possible = PARTS.filter(({ needs }) => may(needs)).map(({ value }) => value);
  const asked = search.get('parts')?.split(',');
  const parts: Part[] = possible.filter((part) => asked === undefined || asked.includes(part));
  const set = (changes: Record<string, string>) => {
    const next = new URLSearchParams(search);
    for (const [key, value] of Object.entries(changes)) next.set(key, value);
    setSearch(next, { replace: true });
  };
  const wrong = from && until && until < from ? t('evidence.wrong') : undefined;
  const ready = from !== '' && until !== '' && !wrong && parts.length > 0;
  const known = periods.find((period) => period.from === from && period.until === until);
  return (
    <Page title={t('evidence.title')} lead={t('evidence.lead')} width="reading">
      <ReportsNav />
      <div className="report-filters">
        <SelectInput
          id="evidence-period"
          label={t('evidence.period')}
          value={known?.name ?? ''}
          onChange={(name) => {
            const period = periods.find((one) => one.name === name);
            if (period) set({ from: period.from, until: period.until });
          }}
          options={[
            ...(known ? [] : [{ value: '', label: t('evidence.own') }]),
            ...periods.map(({ name }) => ({ value: name, label: name })),
          ]}
        />
        <TextInput
          id="evidence-from"
          type="date"
          label={t('evidence.from')}
          value={from}
          error={from === '' ? t('evidence.noDay') : undefined}
          onChange={(event) => set({ from: event.target.value })}
        />
        <TextInput
          id="evidence-until"
          type="date"
          label={t('evidence.until')}
          value={until}
          error={until === '' ? t('evidence.noDay') : wrong}
          onChange={(event) => set({ until: event.target.value })}
        />
      </div>
      <CheckList
        legend={t('evidence.parts')}
        options={possible.map((value) => ({ value, label: t(`evidence.part.${value}`) }))}
        chosen={parts}
        onChange={(next) => set({ parts: next.join(',') })}
        error={parts.length === 0 ? t('evidence.noParts') : undefined}
      />
      {may('audit:read') ? null : <p className="muted small">{t('evidence.noAudit')}</p>}
      <div className="row wrap">
        <Button
          variant="contained"
          color="primary"
          startIcon={<Download size={16} />}
          disabled={!ready}
          href={reportsApi.evidenceAddress({ from, until, parts: parts.join(',') })}
          download
        >
          {t('evidence.download')}
        </Button>
        <span className="muted small">{t('evidence.takes')}</span>
      </div>
      <Section title={t('verify.title')}>
        <VerifyFile />
      </Section>
      {ready ? (
        <Section title={t('evidence.command')}>
          <CopyBlock
            label={t('evidence.command')}
            text={`sentinelx report evidence --from ${from} --until ${until} --parts ${parts.join(',')} -o evidence.zip`}
          />
        </Section>
      ) : null}
    </Page>
  );
}
