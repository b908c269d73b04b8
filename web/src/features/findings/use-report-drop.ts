import { useNavigate } from 'react-router';
import { useFileDrop } from '../../ui/use-file-drop.ts';

/** A report that is dropped anywhere on the page is imported, as if it had been dropped on the screen of imports. True while one hovers. */
export function useReportDrop(enabled: boolean): boolean {
  const navigate = useNavigate();
  return useFileDrop(enabled, (file) => void navigate('/findings/imports', { state: { report: file } }));
}
