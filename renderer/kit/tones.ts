/** Colors of the pages as data: surfaces, text, and one pair for each tone. A test holds them to 4.5:1. */
import type { Tone } from '../../shared/agent-headline.ts';

export type Scheme = 'light' | 'dark';

export interface ToneColors {
  /** Text and marks; readable on the tint, on a surface and on the page. */
  readonly text: string;
  /** Quiet background of a badge or a card in this tone. */
  readonly tint: string;
}

export interface Surfaces {
  readonly page: string;
  readonly surface: string;
  readonly hover: string;
  readonly line: string;
  /** Borders of fields and unfilled marks: 3:1 against the surface. */
  readonly edge: string;
  readonly text: string;
  readonly dimmed: string;
}

export const SURFACES: Readonly<Record<Scheme, Surfaces>> = {
  light: {
    page: '#f6f7f9',
    surface: '#ffffff',
    hover: '#f3f4f7',
    line: '#e3e6ea',
    edge: '#868e99',
    text: '#1b1f24',
    dimmed: '#59626d',
  },
  dark: {
    page: '#131619',
    surface: '#1b1f23',
    hover: '#23282d',
    line: '#2d3339',
    edge: '#707a85',
    text: '#e7eaed',
    dimmed: '#a0aab4',
  },
};

export const TONES: Readonly<Record<Tone, Readonly<Record<Scheme, ToneColors>>>> = {
  neutral: { light: { text: '#3d4650', tint: '#eceff2' }, dark: { text: '#c6cdd4', tint: '#2b3137' } },
  positive: { light: { text: '#10683a', tint: '#e2f4e9' }, dark: { text: '#63d296', tint: '#163125' } },
  info: { light: { text: '#1257b5', tint: '#e5effb' }, dark: { text: '#80b6f8', tint: '#182b44' } },
  attention: { light: { text: '#874900', tint: '#fdf0d8' }, dark: { text: '#f2b65c', tint: '#38290f' } },
  warning: { light: { text: '#b02318', tint: '#fdeae7' }, dark: { text: '#ff968d', tint: '#411d1a' } },
  muted: { light: { text: '#59626d', tint: '#eef0f2' }, dark: { text: '#a0aab4', tint: '#262b30' } },
};

/** Mantine's dark grays in our cool tone: text first, deepest last; 6 is fields and surfaces, 7 the page. */
export const DARK_GRAYS = [
  '#e7eaed',
  '#c6cdd4',
  '#a0aab4',
  '#707a85',
  '#3a4148',
  '#2d3339',
  '#1b1f23',
  '#131619',
  '#0f1214',
  '#0b0d0f',
] as const;

/** The one accent: what can be pressed. Ten steps, as Mantine wants them. */
export const ACCENT = [
  '#f2f1fd',
  '#e2e0fa',
  '#c6c2f5',
  '#a8a2ef',
  '#8f87e9',
  '#7a71e3',
  '#6157d8',
  '#5046c8',
  '#4239ad',
  '#342c8c',
] as const;
