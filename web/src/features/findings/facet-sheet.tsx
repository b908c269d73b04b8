import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { useTranslation } from 'react-i18next';
import { FacetRail } from './facet-rail.tsx';

interface FacetSheetProps {
  q: string;
  total: number | undefined;
  onChange: (q: string) => void;
  onClose: () => void;
}

/** The facets where there is no room beside the list: a sheet from below. */
export function FacetSheet({ q, total, onChange, onClose }: FacetSheetProps) {
  const { t } = useTranslation();
  return (
    <Dialog
      open
      onClose={onClose}
      fullWidth
      maxWidth="xs"
      className="findings-sheet"
      aria-labelledby="facet-sheet"
    >
      <DialogTitle id="facet-sheet">{t('list.filters')}</DialogTitle>
      <DialogContent>
        <FacetRail q={q} onChange={onChange} />
      </DialogContent>
      <DialogActions>
        <Button variant="contained" color="primary" onClick={onClose}>
          {total === undefined ? t('action.close') : t('list.show', { count: total })}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
