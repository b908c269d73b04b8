import Button from '@mui/material/Button';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Run } from '../../api/types.ts';
import { CopyBlock } from '../../ui/copy-chip.tsx';
import { Section } from '../../ui/page.tsx';
import { hasEnded } from '../../ui/run-status.tsx';
import { Empty } from '../../ui/states.tsx';
import { ValueView } from '../../ui/value-view.tsx';

/** What went in and what came out. */
export function RunData({ run }: { run: Run }) {
  const { t } = useTranslation();
  const [asJson, setAsJson] = useState(false);
  const missing = run.output === null || run.output === undefined;
  return (
    <div className="run-data">
      <Section
        title={t('data.output')}
        aside={
          missing ? null : (
            <Button size="small" aria-pressed={asJson} onClick={() => setAsJson(!asJson)}>
              {asJson ? t('data.readable') : t('data.json')}
            </Button>
          )
        }
      >
        {missing ? (
          <Empty title={hasEnded(run.status) ? t('data.noOutput') : t('data.noOutputYet')} />
        ) : asJson ? (
          <CopyBlock text={JSON.stringify(run.output, null, 2)} label={t('data.output')} />
        ) : (
          <ValueView value={run.output} />
        )}
      </Section>
      <Section title={t('data.inputs')}>
        <CopyBlock text={JSON.stringify(run.params, null, 2)} label={t('data.inputs')} />
      </Section>
    </div>
  );
}
