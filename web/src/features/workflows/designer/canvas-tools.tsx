import { useReactFlow } from '@xyflow/react';
import { Maximize, ZoomIn, ZoomOut } from 'lucide-react';
import { useTranslation } from 'react-i18next';

export function CanvasTools() {
  const { t } = useTranslation();
  const flow = useReactFlow();
  const tools = [
    { label: t('designer.zoomIn'), Icon: ZoomIn, run: () => void flow.zoomIn() },
    { label: t('designer.zoomOut'), Icon: ZoomOut, run: () => void flow.zoomOut() },
    { label: t('designer.fit'), Icon: Maximize, run: () => void flow.fitView({ maxZoom: 1, padding: 0.12 }) },
  ];
  return (
    <div className="wf-canvas-tools">
      {tools.map(({ label, Icon, run }) => (
        <button key={label} type="button" onClick={run} aria-label={label} title={label}>
          <Icon size={16} aria-hidden="true" />
        </button>
      ))}
    </div>
  );
}
