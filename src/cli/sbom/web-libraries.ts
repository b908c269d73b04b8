/**
 * Libraries that are built into the files of the web app. For npm they are tools of the making, because the server does not load
 * them; a browser does. `test/cli/sbom.test.ts` compares this with what `web/src` imports.
 */
export const WEB_LIBRARIES: readonly string[] = [
  '@codemirror/commands',
  '@codemirror/lang-yaml',
  '@codemirror/language',
  '@codemirror/lint',
  '@codemirror/merge',
  '@codemirror/state',
  '@codemirror/view',
  '@dagrejs/dagre',
  '@emotion/cache',
  '@emotion/react',
  '@emotion/styled',
  '@fontsource-variable/ibm-plex-sans',
  '@lezer/highlight',
  '@mui/material',
  '@mui/x-charts',
  '@simplewebauthn/browser',
  '@tanstack/react-query',
  '@tanstack/react-virtual',
  '@xyflow/react',
  'cronstrue',
  'i18next',
  'lucide-react',
  'react',
  'react-dom',
  'react-i18next',
  'react-router',
  'uqr',
];
