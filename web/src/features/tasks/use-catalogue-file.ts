import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { projectApi } from '../../api/system-api.ts';
import { formAddress } from './input-kind.ts';

/** A file that was dropped or chosen in the catalogue: it is kept here until a task takes it, and sent only then. */
export function useCatalogueFile() {
  const navigate = useNavigate();
  const [file, setFile] = useState<File | null>(null);
  const [share, setShare] = useState(0);
  const send = useMutation({
    mutationFn: async ({ task, file: chosen }: { task: string; file: File }) => {
      setShare(0);
      const stored = await projectApi.uploadFile(chosen, { onProgress: setShare });
      await navigate(formAddress(task, `upload:${stored.id}`));
    },
  });
  return {
    file,
    choose: (next: File | null) => {
      send.reset();
      setFile(next);
    },
    /** The form of the task, with the file as its target. */
    give: (task: string) => file && send.mutate({ task, file }),
    /** As a report of another tool. */
    importIt: () => void navigate('/findings/imports', { state: { report: file } }),
    sending: send.isPending ? { task: send.variables.task, share } : null,
    error: send.error,
  };
}
