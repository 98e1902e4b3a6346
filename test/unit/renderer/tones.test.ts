import { describe, expect, it } from 'vitest';
import { ACCENT, type Scheme, SURFACES, TONES } from '../../../renderer/kit/tones.ts';

/** Relative luminance of #rrggbb (WCAG 2.2, definition of relative luminance). */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast ratio of two colors (WCAG 2.2). */
function contrast(left: string, right: string): number {
  const [light = 0, dark = 0] = [luminance(left), luminance(right)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

describe.each<Scheme>(['light', 'dark'])('colors in %s', (scheme) => {
  const { page, surface, hover, text, dimmed, edge } = SURFACES[scheme];

  it.each(Object.entries(TONES))('read %s at 4.5:1 on its tint and on every ground', (_tone, colors) => {
    const { text: toned, tint } = colors[scheme];
    const ratios = [tint, page, surface, hover].map((ground) => contrast(toned, ground));
    expect(Math.min(...ratios)).toBeGreaterThanOrEqual(4.5);
  });

  it('read text and dimmed text at 4.5:1 on every ground and every tint', () => {
    const tints = Object.values(TONES).map((colors) => colors[scheme].tint);
    const ratios = [page, surface, hover].flatMap((ground) => [
      contrast(text, ground),
      contrast(dimmed, ground),
    ]);
    expect(Math.min(...ratios, ...tints.map((tint) => contrast(text, tint)))).toBeGreaterThanOrEqual(4.5);
  });

  it('draw edges of fields at 3:1 and the accent so that it is seen', () => {
    const accent = scheme === 'light' ? ACCENT[7] : ACCENT[4];
    expect(
      Math.min(contrast(edge, surface), contrast(accent, page), contrast(accent, surface)),
    ).toBeGreaterThanOrEqual(3);
  });

  it('write white on a pressed-for button at 4.5:1', () => {
    expect(contrast('#ffffff', scheme === 'light' ? ACCENT[7] : ACCENT[6])).toBeGreaterThanOrEqual(4.5);
  });
});
