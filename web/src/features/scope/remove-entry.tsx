import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/api.ts';
import type { ScopeEntry } from '../../api/types.ts';
import { Failure } from '../../ui/states.tsx';
import { scopeQuery } from './queries.ts';

/** Withdrawing an authorisation cannot be undone by a click, and says what it means. */
export function RemoveEntry({ entry, onClose }: { entry: ScopeEntry | null; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: (id: string) => api.removeScope(id),
    onSuccess: () => {
      onClose();
      return client.invalidateQueries({ queryKey: scopeQuery.queryKey });
    },
  });
  return (
    <Dialog open={entry !== null} onClose={onClose} aria-labelledby="remove-title" maxWidth="xs" fullWidth>
      <DialogTitle id="remove-title">{t('scope.removeTitle')}</DialogTitle>
      <DialogContent>
        <p className="mono break">{entry?.value}</p>
        <p className="muted">{t('scope.removeHint')}</p>
        {remove.isError ? <Failure error={remove.error} /> : null}
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>{t('action.cancel')}</Button>
        <Button
          variant="contained"
          color="error"
          loading={remove.isPending}
          onClick={() => entry && remove.mutate(entry.id)}
        >
          {t('scope.remove')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
