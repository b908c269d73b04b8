import type { ButtonHTMLAttributes, ReactNode } from 'react';
import './plain-button.css';

interface PlainButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: 'outlined' | 'contained' | 'text';
  startIcon?: ReactNode;
  loading?: boolean;
  /** With it a link that looks like a button. */
  href?: string;
  fullWidth?: boolean;
}

/** Looks like the buttons of MUI in our theme. For what stands before the app too: sign-in loads neither MUI nor its styles. */
export function PlainButton({
  variant = 'outlined',
  startIcon,
  loading = false,
  href,
  fullWidth,
  disabled,
  children,
  ...others
}: PlainButtonProps) {
  const className = `plain-button plain-button-${variant}${fullWidth ? ' plain-button-wide' : ''}`;
  const content = (
    <>
      {loading ? <span className="plain-button-busy" aria-hidden="true" /> : startIcon}
      {children}
    </>
  );
  if (href !== undefined)
    return (
      <a href={href} className={className}>
        {content}
      </a>
    );
  return (
    <button
      type="button"
      {...others}
      className={className}
      disabled={disabled || loading}
      aria-busy={loading || undefined}
    >
      {content}
    </button>
  );
}
