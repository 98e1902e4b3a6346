/** Draws the icon of a state as pixels: pure, antialiased, for any size, on light and on dark. Knows no picture format. */
import type { Tone, TrayShape } from '../../shared/agent-view.ts';
import { type Layer, layersOf } from './icon-glyphs.ts';

export type IconBackground = 'light' | 'dark';

export interface IconPixels {
  /** Width and height. */
  readonly size: number;
  /** RGBA, 8 bit each, rows from the top, not premultiplied. */
  readonly rgba: Uint8Array;
}

type Rgb = readonly [number, number, number];

const SEAT_COLOR: Readonly<Record<IconBackground, Rgb>> = { light: [33, 37, 41], dark: [241, 243, 245] };

/** Contrast of each to its background is at least 4.5:1 (light: on #f1f3f5, dark: on #212529). */
const TONE_COLOR: Readonly<Record<IconBackground, Readonly<Record<Tone, Rgb>>>> = {
  light: {
    neutral: SEAT_COLOR.light,
    positive: [33, 110, 57],
    info: [16, 88, 176],
    attention: [176, 42, 8],
    warning: [138, 82, 0],
    muted: [89, 96, 102],
  },
  dark: {
    neutral: SEAT_COLOR.dark,
    positive: [105, 219, 124],
    info: [116, 192, 252],
    attention: [255, 146, 102],
    warning: [255, 212, 59],
    muted: [173, 181, 189],
  },
};

/** A seat that is held or away takes the tone itself; with a mark over it the mark has the tone. */
function seatColor(shape: TrayShape, tone: Tone, background: IconBackground): Rgb {
  const colorsSeat = shape.kind === 'filled' || shape.kind === 'slashed' || tone === 'muted';
  return colorsSeat ? TONE_COLOR[background][tone] : SEAT_COLOR[background];
}

/** How much of the pixel around a point a form covers, from its distance in pixels: a ramp one pixel wide. */
function coverage(distancePixels: number): number {
  return Math.min(1, Math.max(0, 0.5 - distancePixels));
}

function paintPixel(
  layers: readonly Layer[],
  x: number,
  y: number,
  scale: number,
  colors: Colors,
): readonly number[] {
  let [red, green, blue, alpha] = [0, 0, 0, 0];
  for (const { form, paint } of layers) {
    const covered = coverage(form(x, y) * scale);
    if (covered === 0) continue;
    if (paint === 'gap') {
      alpha *= 1 - covered;
      continue;
    }
    const [layerRed, layerGreen, layerBlue] = colors[paint];
    const nextAlpha = covered + alpha * (1 - covered);
    const keep = (alpha * (1 - covered)) / nextAlpha;
    red = layerRed * (1 - keep) + red * keep;
    green = layerGreen * (1 - keep) + green * keep;
    blue = layerBlue * (1 - keep) + blue * keep;
    alpha = nextAlpha;
  }
  return [red, green, blue, alpha * 255];
}

type Colors = Readonly<Record<'seat' | 'tone', Rgb>>;

/**
 * @param sizePixels width and height of the picture: 16, 22, 24, 32, 48 or any other
 * @param background what it will lie on; macOS templates use 'light' (black on nothing)
 */
export function drawIcon(
  shape: TrayShape,
  tone: Tone,
  sizePixels: number,
  background: IconBackground,
): IconPixels {
  const layers = layersOf(shape);
  const scale = sizePixels / 16;
  const colors: Colors = { seat: seatColor(shape, tone, background), tone: TONE_COLOR[background][tone] };
  const rgba = new Uint8Array(sizePixels * sizePixels * 4);
  for (let row = 0; row < sizePixels; row++) {
    for (let column = 0; column < sizePixels; column++) {
      const pixel = paintPixel(layers, (column + 0.5) / scale, (row + 0.5) / scale, scale, colors);
      rgba.set(pixel.map(Math.round), (row * sizePixels + column) * 4);
    }
  }
  return { size: sizePixels, rgba };
}
