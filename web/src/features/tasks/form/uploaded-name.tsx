import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { projectApi } from '../../../api/system-api.ts';
import { useMay } from '../../../app/session.ts';
import { bytes } from '../../../ui/bytes.ts';
import { uploadedFile } from '../input-kind.ts';

/** Of an upload the value is an id: beside it stands which file that is. */
export function UploadedName({ value }: { value: unknown }) {
  const { t } = useTranslation();
  const file = uploadedFile(value);
  const may = useMay()('file:read');
  const query = useQuery({
    queryKey: ['files', 'one', file],
    queryFn: ({ signal }) => projectApi.file(file ?? '', signal),
    enabled: may && file !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  if (!query.data) return null;
  const { name, size } = query.data;
  return (
    <p className="field-hint">
      {t('form.uploaded')} <strong className="break">{name}</strong> ({bytes(size)})
    </p>
  );
}
