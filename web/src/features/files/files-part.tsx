import Button from '@mui/material/Button';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { Download, File as FileIcon, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { projectApi, type StoredFile } from '../../api/system-api.ts';
import { useMay } from '../../app/session.ts';
import { bytes } from '../../ui/bytes.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { IdChip } from '../../ui/copy-chip.tsx';
import { Section } from '../../ui/page.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { EndDay, When } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';
import { filesQuery } from './queries.ts';
import { Uploads } from './uploads.tsx';
import '../../ui/rows.css';

export function FilesPart() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const may = useMay();
  const query = useInfiniteQuery(filesQuery);
  const [removing, setRemoving] = useState<StoredFile | null>(null);
  const files = query.data?.pages.flatMap((page) => page.items) ?? [];
  const refresh = () => client.invalidateQueries({ queryKey: filesQuery.queryKey });
  const writes = may('file:write');
  return (
    <Section title={t('files.title')}>
      <p className="muted prose">{t('files.lead')}</p>
      {writes ? <Uploads onDone={refresh} /> : null}
      <Loaded query={query} rows={4}>
        {files.length === 0 ? (
          <Empty title={t('files.none')} icon={<FileIcon size={22} />}>
            {t('files.noneHint')}
          </Empty>
        ) : (
          <ul className="rows card">
            {files.map((file) => (
              <FileRow key={file.id} file={file} {...(writes ? { onRemove: () => setRemoving(file) } : {})} />
            ))}
          </ul>
        )}
        {query.hasNextPage ? (
          <div className="rows-foot">
            <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              {t('action.more')}
            </Button>
          </div>
        ) : null}
      </Loaded>
      {removing ? (
        <Confirm
          title={t('files.removeTitle', { name: removing.name })}
          action={t('action.remove')}
          onClose={() => setRemoving(null)}
          onConfirm={async () => {
            await projectApi.removeFile(removing.id);
            toast(t('files.removed', { name: removing.name }));
            await refresh();
          }}
        >
          {t('files.removeHint')}
        </Confirm>
      ) : null}
    </Section>
  );
}

function FileRow({ file, onRemove }: { file: StoredFile; onRemove?: () => void }) {
  const { t } = useTranslation();
  return (
    <li>
      <span className="rows-icon">
        <FileIcon size={20} aria-hidden="true" />
      </span>
      <div className="rows-main">
        <p className="rows-title" translate="no">
          {file.name}
        </p>
        <p className="rows-facts">
          <span>{bytes(file.size)}</span>
          <span>
            {t('files.uploaded')} <When time={file.created} />
          </span>
          {file.expires === null ? null : (
            <span>
              {t('files.kept')} <EndDay time={file.expires} />
            </span>
          )}
          <span>
            {t('files.target')}{' '}
            <IdChip value={file.target} short={`${file.target.slice(0, 12)}…${file.target.slice(-6)}`} />
          </span>
          <span>
            SHA-256 <IdChip value={file.sha256} short={`${file.sha256.slice(0, 8)}…`} />
          </span>
        </p>
      </div>
      <div className="rows-actions">
        <Button
          size="small"
          href={projectApi.fileAddress(file.id)}
          download
          startIcon={<Download size={14} />}
          aria-label={t('files.downloadNamed', { name: file.name })}
        >
          {t('action.download')}
        </Button>
        {onRemove ? (
          <Button
            size="small"
            startIcon={<Trash2 size={14} />}
            aria-label={t('files.removeNamed', { name: file.name })}
            onClick={onRemove}
          >
            {t('action.remove')}
          </Button>
        ) : null}
      </div>
    </li>
  );
}
