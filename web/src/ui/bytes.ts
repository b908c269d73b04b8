const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** `12 B`, `3.4 MB`: powers of 1024, as file managers show them. */
export function bytes(size: number): string {
  const step = size < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(size) / 10));
  const value = size / 1024 ** step;
  return `${value.toFixed(step === 0 || value >= 100 ? 0 : 1)} ${UNITS[step]}`;
}
