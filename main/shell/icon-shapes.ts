/**
 * Signed distances of the few forms the icons are made of, in units of a 16 x 16 grid (x right, y down): below zero
 * inside, above zero outside. The formulas are the usual exact ones for box, disc and segment. Pure.
 */

/** Distance of a point from a form's edge. */
export type Form = (x: number, y: number) => number;

export function disc(centerX: number, centerY: number, radius: number): Form {
  return (x, y) => Math.hypot(x - centerX, y - centerY) - radius;
}

/** A box from (left, top) to (right, bottom) with rounded corners. */
export function box(left: number, top: number, right: number, bottom: number, radius: number): Form {
  const centerX = (left + right) / 2;
  const centerY = (top + bottom) / 2;
  const halfWidth = (right - left) / 2 - radius;
  const halfHeight = (bottom - top) / 2 - radius;
  return (x, y) => {
    const beyondX = Math.abs(x - centerX) - halfWidth;
    const beyondY = Math.abs(y - centerY) - halfHeight;
    const outside = Math.hypot(Math.max(beyondX, 0), Math.max(beyondY, 0));
    return outside + Math.min(Math.max(beyondX, beyondY), 0) - radius;
  };
}

export type Point = readonly [x: number, y: number];

/** Points written as "x,y x,y", moved by an offset. */
export function pathOf(text: string, byX = 0, byY = 0): readonly Point[] {
  return text.split(' ').map((pair): Point => {
    const [x = Number.NaN, y = Number.NaN] = pair.split(',').map(Number);
    return [x + byX, y + byY];
  });
}

/** A stroke of `width` along the points, with round ends. */
export function stroke(points: readonly Point[], width: number): Form {
  const segments = points.slice(1).map((end, index) => ({ start: points[index] ?? end, end }));
  return (x, y) =>
    Math.min(...segments.map(({ start, end }) => distanceToSegment(x, y, start, end))) - width / 2;
}

function distanceToSegment(x: number, y: number, [startX, startY]: Point, [endX, endY]: Point): number {
  const alongX = endX - startX;
  const alongY = endY - startY;
  const lengthSquared = alongX * alongX + alongY * alongY;
  const share = lengthSquared === 0 ? 0 : ((x - startX) * alongX + (y - startY) * alongY) / lengthSquared;
  const clamped = Math.min(1, Math.max(0, share));
  return Math.hypot(x - startX - clamped * alongX, y - startY - clamped * alongY);
}

export function union(...forms: readonly Form[]): Form {
  return (x, y) => Math.min(...forms.map((form) => form(x, y)));
}

export function without(form: Form, hole: Form): Form {
  return (x, y) => Math.max(form(x, y), -hole(x, y));
}

export function grow(form: Form, by: number): Form {
  return (x, y) => form(x, y) - by;
}

/** The inner edge of a form, `width` wide. */
export function rim(form: Form, width: number): Form {
  return (x, y) => Math.abs(form(x, y) + width / 2) - width / 2;
}
