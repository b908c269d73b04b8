import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const FONTS = [
  {
    family: 'Plex Sans',
    weight: 400,
    file: '@fontsource/ibm-plex-sans/files/ibm-plex-sans-latin-400-normal.woff2',
  },
  {
    family: 'Plex Sans',
    weight: 600,
    file: '@fontsource/ibm-plex-sans/files/ibm-plex-sans-latin-600-normal.woff2',
  },
  {
    family: 'Plex Mono',
    weight: 400,
    file: '@fontsource/ibm-plex-mono/files/ibm-plex-mono-latin-400-normal.woff2',
  },
];

/** Latin letters of our own fonts, in the page; the system has the others. About 75 kB. */
export async function fontFaces(): Promise<string> {
  const { resolve } = createRequire(import.meta.url);
  const faces = await Promise.all(
    FONTS.map(async ({ family, weight, file }) => {
      const data = (await readFile(resolve(file))).toString('base64');
      return `@font-face{font-family:"${family}";font-weight:${weight};src:url(data:font/woff2;base64,${data}) format("woff2")}`;
    }),
  );
  return faces.join('');
}
