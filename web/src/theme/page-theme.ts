import { asCustomProperties, TOKENS } from './tokens.ts';

export const MODE_KEY = 'sentinelx-theme';

/** The server writes a fresh nonce into every page; without it the policy refuses style elements that a script adds. */
export function nonceOfPage(): string | undefined {
  const meta = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]');
  return meta?.nonce || meta?.getAttribute('nonce') || undefined;
}

/** The colours of both themes, and the one that was chosen: before MUI is there, which takes the choice over with the app. */
export function applyPageTheme(): void {
  const style = document.createElement('style');
  const nonce = nonceOfPage();
  if (nonce !== undefined) style.nonce = nonce;
  style.textContent = `:root, [data-theme="light"] {${declarations('light')}} [data-theme="dark"] {${declarations('dark')}}`;
  document.head.prepend(style);
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const choose = () => {
    const stored = localStorage.getItem(MODE_KEY);
    const scheme = stored === 'light' || stored === 'dark' ? stored : dark.matches ? 'dark' : 'light';
    document.documentElement.setAttribute('data-theme', scheme);
  };
  choose();
  dark.addEventListener('change', choose);
}

function declarations(scheme: 'light' | 'dark'): string {
  const properties = Object.entries(asCustomProperties(TOKENS[scheme]));
  return [...properties, ['color-scheme', scheme]].map(([name, value]) => `${name}: ${value};`).join(' ');
}
