import { useTranslation } from 'react-i18next';
import type { SystemState } from '../../api/system-api.ts';
import { Section } from '../../ui/page.tsx';
import { Prose } from '../../ui/prose.tsx';

/** What belongs into a backup depends on where things are kept. */
export function BackupNote({ state }: { state?: SystemState }) {
  const { t } = useTranslation();
  if (!state) return null;
  return (
    <Section title={t('health.backup')}>
      <Prose
        text={t(`health.backupOf.${state.database.kind}`, { folder: state.disk.folder })}
        className="muted"
      />
      {state.files === 's3' ? <Prose text={t('health.backupBucket')} className="muted" /> : null}
      <Prose text={t('health.backupKey')} className="muted" />
    </Section>
  );
}
