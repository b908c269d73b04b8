import { useQuery } from '@tanstack/react-query';
import { Download, FileBox } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/api.ts';
import type { Run } from '../../api/types.ts';
import { IdChip } from '../../ui/copy-chip.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { runArtifactsQuery } from './queries.ts';

const bytes = new Intl.NumberFormat(undefined, {
  style: 'unit',
  unit: 'byte',
  notation: 'compact',
  unitDisplay: 'narrow',
});

export function RunArtifacts({ run }: { run: Run }) {
  const { t } = useTranslation();
  const query = useQuery(runArtifactsQuery(run.id));
  const artifacts = query.data?.items ?? [];
  return (
    <Loaded query={query}>
      {artifacts.length === 0 ? (
        <Empty title={t('artifacts.none')} icon={<FileBox size={22} />}>
          {t('artifacts.noneHint')}
        </Empty>
      ) : (
        <ul className="plain-list">
          {artifacts.map((artifact) => (
            <li key={artifact.id} className="artifact">
              <a href={api.artifactAddress(artifact)} download={artifact.name} className="row grow">
                <Download size={16} aria-hidden="true" />
                <span className="break">{artifact.name}</span>
              </a>
              <span className="muted small">{artifact.mediaType}</span>
              <span className="muted small">{bytes.format(artifact.size)}</span>
              <IdChip value={artifact.sha256} short={`sha256 ${artifact.sha256.slice(0, 12)}`} />
            </li>
          ))}
        </ul>
      )}
    </Loaded>
  );
}
