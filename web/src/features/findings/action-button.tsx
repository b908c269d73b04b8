import Button, { type ButtonProps } from '@mui/material/Button';
import Tooltip from '@mui/material/Tooltip';
import { type ReactNode, useId } from 'react';

interface ActionButtonProps extends Omit<ButtonProps, 'disabled'> {
  /** Why it cannot be done: the button stays, and says so. */
  refusal?: string | undefined;
  shortcut?: string;
  children: ReactNode;
}

/** A button that says why it does nothing, to everybody: it keeps its place for the keyboard and for speech. */
export function ActionButton({
  refusal,
  shortcut,
  children,
  onClick,
  className,
  ...button
}: ActionButtonProps) {
  const id = useId();
  const shown = (
    <Button
      {...button}
      className={`${className ?? ''} ${refusal ? 'action-refused' : ''}`}
      aria-disabled={refusal ? true : undefined}
      aria-describedby={refusal ? id : undefined}
      onClick={(event) => (refusal ? undefined : onClick?.(event))}
    >
      {children}
      {shortcut ? <kbd className="wide-only action-key">{shortcut}</kbd> : null}
    </Button>
  );
  if (!refusal) return shown;
  return (
    <>
      <Tooltip title={refusal} describeChild>
        {shown}
      </Tooltip>
      <span id={id} className="visually-hidden">
        {refusal}
      </span>
    </>
  );
}
