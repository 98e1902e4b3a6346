import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { drawIcon, type IconBackground, type IconPixels } from '../../../main/shell/icon-pixels.ts';
import { encodePng } from '../../../main/shell/png.ts';
import type { Tone, TrayShape } from '../../../shared/agent-view.ts';

const SHAPES: readonly (readonly [TrayShape, Tone])[] = [
  [{ kind: 'outline' }, 'neutral'],
  [{ kind: 'filled' }, 'positive'],
  [{ kind: 'number', number: 1 }, 'info'],
  [{ kind: 'number', number: 2 }, 'info'],
  [{ kind: 'number', number: 3 }, 'info'],
  [{ kind: 'number', number: 4 }, 'info'],
  [{ kind: 'number', number: 5 }, 'info'],
  [{ kind: 'number', number: 6 }, 'info'],
  [{ kind: 'number', number: 7 }, 'info'],
  [{ kind: 'number', number: 8 }, 'info'],
  [{ kind: 'number', number: 9 }, 'info'],
  [{ kind: 'number', number: 10 }, 'info'],
  [{ kind: 'number', number: 42 }, 'info'],
  [{ kind: 'number', number: 100 }, 'info'],
  [{ kind: 'exclamation' }, 'attention'],
  [{ kind: 'clock' }, 'warning'],
  [{ kind: 'pause' }, 'info'],
  [{ kind: 'slashed' }, 'muted'],
  [{ kind: 'dot' }, 'attention'],
];
const BACKGROUND_COLOR: Readonly<Record<IconBackground, readonly number[]>> = {
  light: [241, 243, 245],
  dark: [33, 37, 41],
};

const alphas = ({ rgba }: IconPixels): number[] => [...rgba].filter((_, index) => index % 4 === 3);
/** How different two icons are to an eye that sees no color: sum of differences in alpha, in whole pixels. */
function shapeDistance(left: IconPixels, right: IconPixels): number {
  const other = alphas(right);
  return alphas(left).reduce((sum, alpha, index) => sum + Math.abs(alpha - (other[index] ?? 0)), 0) / 255;
}

/** WCAG 2.2, relative luminance and contrast ratio. */
function contrast(left: readonly number[], right: readonly number[]): number {
  const luminance = (color: readonly number[]): number => {
    const [red = 0, green = 0, blue = 0] = color.map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [high, low] = [luminance(left), luminance(right)].toSorted((one, two) => two - one);
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
}

describe.each([16, 22, 24, 32, 48])('at %i pixels', (size) => {
  it('every state has a shape of its own, told apart without color', () => {
    // Alpha alone. Digits differ by one stroke at least, which is 2 pixels at size 16; states by much more.
    const scale = (size / 16) ** 2;
    const icons = SHAPES.map(([shape, tone]) => ({ shape, icon: drawIcon(shape, tone, size, 'light') }));
    for (const [index, { shape, icon }] of icons.entries()) {
      for (const other of icons.slice(index + 1)) {
        const least = other.shape.kind === shape.kind ? 2 : 8;
        expect(shapeDistance(icon, other.icon), JSON.stringify([shape, other.shape])).toBeGreaterThan(
          least * scale,
        );
      }
    }
  });

  it('is drawn inside its picture, with soft edges and solid middles', () => {
    for (const [shape, tone] of SHAPES) {
      const icon = drawIcon(shape, tone, size, 'dark');
      const values = alphas(icon);

      expect(icon.rgba).toHaveLength(size * size * 4);
      expect(values.filter((alpha) => alpha === 255).length).toBeGreaterThan(size);
      expect(values.some((alpha) => alpha > 0 && alpha < 255)).toBe(true);
      expect(values[0]).toBe(0);
    }
  });
});

it.each(['light', 'dark'] as const)(
  'has a contrast of 4.5 to 1 on %s for everything that it paints',
  (background) => {
    for (const [shape, tone] of SHAPES) {
      const { rgba } = drawIcon(shape, tone, 48, background);
      for (let at = 0; at < rgba.length; at += 4) {
        if (rgba[at + 3] !== 255) continue;
        expect(contrast([...rgba.subarray(at, at + 3)], BACKGROUND_COLOR[background])).toBeGreaterThanOrEqual(
          4.5,
        );
      }
    }
  },
);

it('draws the same state the same way, and repeats the shape by color', () => {
  const holding = drawIcon({ kind: 'filled' }, 'positive', 24, 'light');

  expect(drawIcon({ kind: 'filled' }, 'positive', 24, 'light')).toEqual(holding);
  expect(drawIcon({ kind: 'filled' }, 'positive', 24, 'dark').rgba).not.toEqual(holding.rgba);
});

it.each([-1, 0, 3.7, 1e9])('draws something for the number %d', (number) => {
  expect(
    alphas(drawIcon({ kind: 'number', number }, 'info', 16, 'light')).some((alpha) => alpha === 255),
  ).toBe(true);
});

describe('as PNG', () => {
  it('has the pixels that it was given, row by row', () => {
    const icon = drawIcon({ kind: 'dot' }, 'attention', 22, 'light');
    const png = encodePng(icon);

    expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
    expect([png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]]).toEqual([22, 22, 8, 6]);
    const dataLength = png.readUInt32BE(33);
    expect(png.subarray(37, 41).toString('latin1')).toBe('IDAT');
    const rows = inflateSync(png.subarray(41, 41 + dataLength));
    const pixels = Array.from({ length: 22 }, (_, row) => [
      ...rows.subarray(row * 89 + 1, row * 89 + 89),
    ]).flat();
    expect(pixels).toEqual([...icon.rgba]);
    expect(png.subarray(-8).toString('latin1')).toBe('IEND\xaeB`\x82');
  });
});
