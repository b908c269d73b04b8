import { createTheme, type PaletteOptions } from '@mui/material/styles';
import { TOKENS, type Tokens } from './tokens.ts';

export const SANS = "'IBM Plex Sans Variable', system-ui, sans-serif";
export const MONO = "'IBM Plex Mono', ui-monospace, monospace";

/** MUI's parts in our tokens. Sizes are those of an instrument: 32 px controls, 4 px corners, borders instead of shadows. */
export const theme = createTheme({
  cssVariables: { cssVarPrefix: 'sx', colorSchemeSelector: 'data-theme' },
  colorSchemes: { light: { palette: palette(TOKENS.light) }, dark: { palette: palette(TOKENS.dark) } },
  breakpoints: { values: { xs: 0, sm: 600, md: 840, lg: 1200, xl: 1600 } },
  spacing: 4,
  shape: { borderRadius: 4 },
  typography: {
    fontFamily: SANS,
    fontSize: 14,
    body1: { fontSize: 14, lineHeight: '20px' },
    body2: { fontSize: 13, lineHeight: '18px' },
    button: { fontSize: 14, lineHeight: '20px', fontWeight: 500, textTransform: 'none' },
    caption: { fontSize: 12, lineHeight: '16px' },
    h1: { fontSize: 22, lineHeight: '28px', fontWeight: 600 },
    h2: { fontSize: 18, lineHeight: '24px', fontWeight: 600 },
    h3: { fontSize: 15, lineHeight: '20px', fontWeight: 600 },
  },
  components: {
    MuiButtonBase: { defaultProps: { disableRipple: true } },
    MuiButton: {
      defaultProps: { disableElevation: true, variant: 'outlined', color: 'inherit' },
      styleOverrides: {
        root: {
          minWidth: 0,
          minHeight: 'var(--control)',
          padding: '0 12px',
          whiteSpace: 'nowrap',
          '& .MuiButton-startIcon': { marginLeft: -2, marginRight: 6 },
        },
        outlined: {
          borderColor: 'var(--border-strong)',
          color: 'var(--text)',
          backgroundColor: 'var(--surface)',
          '&:hover': { backgroundColor: 'var(--sunken)' },
        },
        contained: { '&:hover': { backgroundColor: 'var(--accent-hover)' } },
        text: { color: 'var(--link)' },
      },
    },
    MuiIconButton: {
      styleOverrides: {
        root: {
          borderRadius: 4,
          color: 'var(--text2)',
          width: 'var(--control)',
          height: 'var(--control)',
          padding: 0,
        },
      },
    },
    MuiPaper: { styleOverrides: { root: { backgroundImage: 'none' } } },
    MuiMenu: {
      styleOverrides: {
        paper: {
          border: '1px solid var(--border)',
          backgroundColor: 'var(--raised)',
          boxShadow: 'var(--shadow)',
          borderRadius: 6,
        },
      },
    },
    MuiMenuItem: { styleOverrides: { root: { minHeight: 'var(--row)', fontSize: 14, gap: 8 } } },
    MuiDialog: {
      styleOverrides: {
        paper: {
          border: '1px solid var(--border)',
          backgroundColor: 'var(--raised)',
          boxShadow: 'var(--shadow)',
          borderRadius: 10,
        },
      },
    },
    MuiDialogTitle: {
      styleOverrides: {
        root: { fontSize: 18, lineHeight: '24px', fontWeight: 600, padding: '20px 24px 8px' },
      },
    },
    MuiDialogActions: { styleOverrides: { root: { padding: '12px 24px 20px' } } },
    MuiTabs: {
      styleOverrides: {
        root: { minHeight: 40, borderBottom: '1px solid var(--border)' },
        indicator: { height: 2, backgroundColor: 'var(--accent)' },
      },
    },
    MuiTab: {
      styleOverrides: {
        root: {
          minHeight: 40,
          minWidth: 0,
          padding: '0 12px',
          color: 'var(--text2)',
          fontWeight: 500,
          '&.Mui-selected': { color: 'var(--text)' },
        },
      },
    },
    MuiTooltip: {
      defaultProps: { enterDelay: 400 },
      styleOverrides: {
        tooltip: {
          backgroundColor: 'var(--text)',
          color: 'var(--bg)',
          fontSize: 12,
          lineHeight: '16px',
          padding: '4px 8px',
          borderRadius: 4,
        },
      },
    },
    MuiSwitch: { defaultProps: { disableRipple: true, size: 'small' } },
  },
});

function palette(tokens: Tokens): PaletteOptions {
  return {
    primary: { main: tokens.accent, dark: tokens['accent-hover'], contrastText: tokens['on-accent'] },
    error: { main: tokens.danger },
    warning: { main: tokens.warning },
    info: { main: tokens.info },
    success: { main: tokens.success },
    background: { default: tokens.bg, paper: tokens.surface },
    text: { primary: tokens.text, secondary: tokens.text2, disabled: tokens.text3 },
    divider: tokens.border,
  };
}
