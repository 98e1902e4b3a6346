import { describe, expect, it } from 'vitest';
import { readPoolOptions } from '../../../main/cli/admin/pool-options.ts';
import { parseDuration } from '../../../main/cli/durations-input.ts';
import { matchName } from '../../../main/cli/product-match.ts';

const PRODUCTS = [
  { id: 'autocad', name: 'AutoCAD' },
  { id: 'autocad-lt', name: 'AutoCAD LT' },
  { id: 'freecad', name: 'FreeCAD' },
  { id: 'abaqus-cae', name: 'Abaqus/CAE' },
  { id: 'ansys-workbench', name: 'Ansys Workbench' },
  { id: 'keil', name: 'Keil µVision' },
];
const find = (query: string) => matchName(query, PRODUCTS, 'product');

describe('which product a person means', () => {
  it.each([
    ['freecad', 'freecad'],
    ['FREECAD', 'freecad'],
    ['AutoCAD', 'autocad'],
    ['autocad lt', 'autocad-lt'],
    ['AutoCAD_LT', 'autocad-lt'],
    ['free', 'freecad'],
    ['workbench', 'ansys-workbench'],
    ['cae', 'abaqus-cae'],
    ['μvision', 'keil'],
  ])('"%s" is %s', (query, id) => {
    expect(find(query)).toMatchObject({ ok: true, value: { id } });
  });

  it('lists the candidates when several fit', () => {
    expect(find('auto')).toEqual({
      ok: false,
      code: 'AMBIGUOUS',
      message: '"auto" fits several: AutoCAD (autocad), AutoCAD LT (autocad-lt). Say which one.',
    });
  });

  it('takes the whole name over its being part of another one', () => {
    expect(find('autocad')).toMatchObject({ value: { id: 'autocad' } });
  });

  it('says what there is when nothing fits', () => {
    expect(find('excel')).toMatchObject({ ok: false, code: 'NOT_FOUND' });
    expect(matchName('x', [], 'pool')).toMatchObject({ code: 'NOT_FOUND' });
    expect(find('  ')).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('lengths of time', () => {
  it.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['15min', 900_000],
    ['2h', 7_200_000],
    ['1h30m', 5_400_000],
    ['7d', 604_800_000],
    ['1.5h', 5_400_000],
    ['30', 30_000],
    ['250ms', 250],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDuration(text)).toEqual({ ok: true, value: ms });
  });

  it.each(['', 'soon', '5 parsecs', '-3s', 's', '1e9d', '999999d'])('"%s" is none', (text) => {
    expect(parseDuration(text)).toMatchObject({ ok: false, code: 'BAD_DURATION' });
  });
});

describe('options of `pool set`', () => {
  const read = ({ capacity, ...options }: Record<string, string>) =>
    readPoolOptions({ words: capacity === undefined ? ['p'] : ['p', capacity], options });

  it('changes only what is named', () => {
    expect(read({ capacity: '5', products: 'freecad, kicad', offerWindow: '90s' })).toEqual({
      ok: true,
      value: { settings: { capacity: 5, offerWindowMs: 90_000 }, productIds: ['freecad', 'kicad'] },
    });
  });

  it('takes the counting rule apart', () => {
    expect(read({ countBy: 'user', instancesPerSeat: '3' })).toMatchObject({
      value: { settings: { counting: { key: ['user'], instancesPerSeat: 3 } } },
    });
    expect(read({ instancesPerSeat: 'any' })).toMatchObject({
      value: { settings: { counting: { key: ['user', 'workstation'], instancesPerSeat: null } } },
    });
  });

  it.each([
    [{ capacity: 'five' }, 'number of seats'],
    [{ capacity: '-1' }, 'number of seats'],
    [{ enforcement: 'beg' }, '--enforcement'],
    [{ countBy: 'shoe' }, '--count-by'],
    [{ products: 'Free CAD' }, '--products'],
    [{ offerWindow: 'later' }, 'no length of time'],
    [{ offerWindow: '1ms' }, '--offer-window'],
  ])('says which option is wrong: %j', (options: Record<string, string>, sentence) => {
    const result = read(options);

    expect(result).toMatchObject({ ok: false, code: 'USAGE' });
    expect(!result.ok && result.message).toContain(sentence);
  });
});
