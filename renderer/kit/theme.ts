/** Mantine's defaults, narrowed: one accent, neutral grays, the tones, the system's font, a 4 px grid, radius 6. */
import { type CSSVariablesResolver, colorsTuple, createTheme } from '@mantine/core';
import { ACCENT, DARK_GRAYS, type Scheme, SURFACES, TONES } from './tones.ts';

const SYSTEM_FONT =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Ubuntu, sans-serif';

export const theme = createTheme({
  primaryColor: 'accent',
  colors: { accent: ACCENT, dark: DARK_GRAYS, danger: colorsTuple(TONES.warning.light.text) },
  primaryShade: { light: 7, dark: 6 },
  fontFamily: SYSTEM_FONT,
  headings: { fontFamily: SYSTEM_FONT, fontWeight: '600' },
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  spacing: { xs: '0.5rem', sm: '0.75rem', md: '1rem', lg: '1.5rem', xl: '2rem' },
  radius: { xs: '4px', sm: '6px', md: '6px', lg: '6px', xl: '6px' },
  defaultRadius: 'sm',
  respectReducedMotion: true,
  cursorType: 'pointer',
  focusRing: 'auto',
});

function variablesOf(scheme: Scheme): Record<string, string> {
  const surfaces = SURFACES[scheme];
  const tones = Object.entries(TONES).flatMap(([tone, colors]) => [
    [`--tone-${tone}`, colors[scheme].text],
    [`--tone-${tone}-tint`, colors[scheme].tint],
  ]);
  return {
    '--mantine-color-body': surfaces.page,
    '--mantine-color-text': surfaces.text,
    '--mantine-color-dimmed': surfaces.dimmed,
    '--mantine-color-placeholder': surfaces.dimmed,
    '--mantine-color-default': surfaces.surface,
    '--mantine-color-default-hover': surfaces.hover,
    '--mantine-color-default-color': surfaces.text,
    '--mantine-color-default-border': surfaces.line,
    '--mantine-color-anchor': scheme === 'light' ? ACCENT[7] : ACCENT[3],
    '--mantine-color-error': TONES.warning[scheme].text,
    '--surface': surfaces.surface,
    '--hover': surfaces.hover,
    '--line': surfaces.line,
    '--edge': surfaces.edge,
    '--accent': scheme === 'light' ? ACCENT[7] : ACCENT[4],
    ...Object.fromEntries(tones),
  };
}

export const resolveVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: variablesOf('light'),
  dark: variablesOf('dark'),
});
