/** What an icon is made of: the seat, and the mark that a state puts over its lower right corner. Pure. */
import type { TrayShape } from '../../shared/agent-view.ts';
import { assertNever } from '../../shared/outcome.ts';
import { box, disc, type Form, grow, pathOf, rim, stroke, union, without } from './icon-shapes.ts';

/** A form in one color: the seat's own, the tone of the state, or nothing (a gap that sets a mark off). */
export interface Layer {
  readonly form: Form;
  readonly paint: 'seat' | 'tone' | 'gap';
}

/** An armchair from the front: back, two arms with the cushion between them, feet. */
const SEAT_BODY = union(box(3.5, 1, 12.5, 10, 2.5), box(1, 6.5, 15, 13.5, 2.2));
const SEAT_FEET = union(box(3, 12.5, 5, 15, 0.7), box(11, 12.5, 13, 15, 0.7));
/** Cut out of the solid seat, so that it stays a seat. */
const CUSHION_EDGE = stroke(pathOf('4.4,8.2 4.4,10 11.6,10 11.6,8.2'), 1.1);

const OUTLINE_SEAT: readonly Layer[] = [
  { form: union(rim(SEAT_BODY, 1.5), without(SEAT_FEET, SEAT_BODY)), paint: 'seat' },
];
const FILLED_SEAT: readonly Layer[] = [
  { form: without(union(SEAT_BODY, SEAT_FEET), CUSHION_EDGE), paint: 'seat' },
];

const EXCLAMATION = union(stroke(pathOf('12.8,4.8 12.8,10.4'), 2.3), disc(12.8, 14.1, 1.45));
const PAUSE_BARS = union(box(8.6, 8.2, 11, 15.4, 0.6), box(12.8, 8.2, 15.2, 15.4, 0.6));
const SLASH = stroke(pathOf('1.6,14.6 14.4,1.4'), 1.7);
const DOT = disc(12.3, 12.3, 3.2);
const CLOCK_FACE = disc(11.2, 11.2, 4.6);
const CLOCK = union(rim(CLOCK_FACE, 1.2), stroke(pathOf('11.2,8.6 11.2,11.4 13,12.4'), 1.2));

/** The lines of 0 to 9 in a cell 3 wide and 6 high: few bends, because there are few pixels. */
const DIGIT_PATHS: readonly string[] = [
  '0,0 3,0 3,6 0,6 0,0',
  '0.4,1.2 1.8,0 1.8,6',
  '0,0 3,0 3,3 0,3 0,6 3,6',
  '0,0 3,0 3,3 0.8,3 3,3 3,6 0,6',
  '0,0 0,3.4 3,3.4 3,0 3,6',
  '3,0 0,0 0,3 3,3 3,6 0,6',
  '3,0 0,0 0,6 3,6 3,3 0,3',
  '0,0 3,0 1.2,6',
  '0,0 3,0 3,6 0,6 0,0 0,3 3,3',
  '3,3 0,3 0,0 3,0 3,6 0,6',
];
const PLUS_PATH = '0,3 3,3 1.5,3 1.5,1.5 1.5,4.5';

/** One digit up to 9, two up to 99; beyond that "99" would be untrue, and "+" says enough. */
function numberForm(number: number): { readonly form: Form; readonly left: number } {
  const digits = [...String(Math.max(0, Math.trunc(number)))];
  const paths = number > 99 ? [PLUS_PATH] : digits.map((digit) => DIGIT_PATHS[Number(digit)] ?? PLUS_PATH);
  const stepX = 5;
  const left = 14.6 - (paths.length * stepX - 2);
  const lines = paths.map((path, index) => stroke(pathOf(path, left + index * stepX, 8.9), 1.4));
  return { form: union(...lines), left: left - 1.9 };
}

/** A mark over the seat, with a gap around it that leaves no crumbs of the seat beside the mark. */
function marked(seat: readonly Layer[], mark: Form, gap: Form): readonly Layer[] {
  return [...seat, { form: gap, paint: 'gap' }, { form: mark, paint: 'tone' }];
}

/** The corner from (left, top) to beyond the lower right edge. */
const corner = (left: number, top: number): Form => box(left, top, 18, 18, 1);

/** The layers of one state, bottom first. */
export function layersOf(shape: TrayShape): readonly Layer[] {
  switch (shape.kind) {
    case 'outline':
      return OUTLINE_SEAT;
    case 'filled':
      return FILLED_SEAT;
    case 'number': {
      const { form, left } = numberForm(shape.number);
      return marked(OUTLINE_SEAT, form, corner(left, 6.4));
    }
    case 'exclamation':
      return marked(FILLED_SEAT, EXCLAMATION, corner(10.2, 2.6));
    case 'clock':
      return marked(OUTLINE_SEAT, CLOCK, grow(CLOCK_FACE, 0.9));
    case 'pause':
      return marked(OUTLINE_SEAT, PAUSE_BARS, corner(7.4, 6.4));
    case 'slashed':
      return marked(OUTLINE_SEAT, SLASH, grow(SLASH, 0.9));
    case 'dot':
      return marked(OUTLINE_SEAT, DOT, grow(DOT, 1.1));
    default:
      return assertNever(shape);
  }
}
