import './brand.css';

/** Log lines with one mark on them: what the product looks for. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" className="brand-mark">
      <rect width="24" height="24" rx="4" />
      <path d="M6 7.5h12M6 12h7M6 16.5h12" />
      <circle cx="17" cy="12" r="1.9" />
    </svg>
  );
}

export function Brand() {
  return (
    <span className="brand" translate="no">
      <Mark />
      <span className="brand-name">SentinelX</span>
    </span>
  );
}
