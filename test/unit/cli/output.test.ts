import { describe, expect, it } from 'vitest';
import { createLiveBlock } from '../../../main/cli/output/live-block.ts';
import { paintForTerminal, paintNothing } from '../../../main/cli/output/paint.ts';
import { formatTable } from '../../../main/cli/output/table.ts';
import { cutToWidth, harmless, padToWidth, textWidth } from '../../../main/cli/output/text-width.ts';

const COLUMNS = [
  { title: 'product', minimumWidth: 6 },
  { title: 'user', minimumWidth: 4, dropOrder: 2 },
  { title: 'since', dropOrder: 1 },
  { title: 'seat', minimumWidth: 6 },
] as const;
const ROWS = [
  [{ text: 'LibreOffice Calc' }, { text: 'Ana Ruiz' }, { text: '14:02' }, { text: '2nd in the queue' }],
  [{ text: '設計ツール' }, { text: 'Mei' }, { text: '9:00' }, { text: 'no seat' }],
];

describe('text on a terminal', () => {
  it('counts cells: wide characters two, marks and colors none', () => {
    expect([
      textWidth('abc'),
      textWidth('設計'),
      textWidth('é'),
      textWidth('🙂'),
      textWidth('\u001b[32mok\u001b[39m'),
    ]).toEqual([3, 4, 1, 2, 2]);
  });

  it('cuts at cells and marks the cut', () => {
    expect([
      cutToWidth('FreeCAD', 7),
      cutToWidth('FreeCAD', 5),
      cutToWidth('設計ツール', 6),
      cutToWidth('x', 0),
    ]).toEqual(['FreeCAD', 'Free…', '設計…', '']);
  });

  it('pads on either side', () => {
    expect([padToWidth('設', 4), padToWidth('7', 3, 'right')]).toEqual(['設  ', '  7']);
  });

  it('lets no name steer the terminal', () => {
    expect(harmless('a\u001b[2Jb\u009bc\u202ed')).toBe('a\ufffd[2Jb\ufffdc\ufffdd');
  });
});

describe('a table', () => {
  it('is as wide as its content where nothing limits it', () => {
    expect(formatTable(COLUMNS, ROWS, { width: Number.POSITIVE_INFINITY, paint: paintNothing })).toEqual([
      'PRODUCT           USER      SINCE  SEAT',
      'LibreOffice Calc  Ana Ruiz  14:02  2nd in the queue',
      '設計ツール        Mei       9:00   no seat',
    ]);
  });

  it.each([60, 50, 40, 30, 24, 20])('is never wider than a terminal of %i cells', (width) => {
    const lines = formatTable(COLUMNS, ROWS, { width, paint: paintNothing });

    for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
  });

  it('drops the least important columns before product and seat', () => {
    const [title] = formatTable(COLUMNS, ROWS, { width: 16, paint: paintNothing });

    expect(title).toBe('PRODUCT  SEAT');
  });

  it('colors cells without moving columns', () => {
    const rows = [[{ text: 'a', tone: 'positive' as const }, { text: 'b' }]];
    const columns = [{ title: 'one' }, { title: 'two' }];

    const plain = formatTable(columns, rows, { width: 80, paint: paintNothing });
    const colored = formatTable(columns, rows, { width: 80, paint: paintForTerminal });

    expect(colored.map(textWidth)).toEqual(plain.map(textWidth));
    expect(colored[1]).toContain('\u001b[32ma');
  });
});

describe('the live block', () => {
  /** A terminal of that size: applies what was written, as far as the block uses it. */
  function aTerminal(columns: number, rows: number) {
    const lines: string[] = [];
    const out = {
      isTerminal: true,
      width: () => columns,
      height: () => rows,
      paint: paintNothing,
      write(text: string) {
        const start = String.fromCharCode(27);
        const [, up] = new RegExp(`^${start}\\[(\\d+)A${start}\\[0J`).exec(text) ?? [];
        const rest = up === undefined ? text : text.slice(text.indexOf('J') + 1);
        if (up) lines.splice(lines.length - Number(up));
        lines.push(...rest.split('\n').slice(0, -1));
      },
    };
    return { out, lines };
  }

  it('draws in place and lets other lines scroll by above it', () => {
    const { out, lines } = aTerminal(40, 20);
    const block = createLiveBlock(out);

    block.draw(['A 1', 'B 1']);
    block.print(['news']);
    block.draw(['A 2']);

    expect(lines).toEqual(['news', 'A 2']);
  });

  it('writes nothing when nothing changed', () => {
    const { out } = aTerminal(40, 20);
    let writes = 0;
    const block = createLiveBlock({
      ...out,
      write: () => {
        writes += 1;
      },
    });

    block.draw(['same']);
    block.draw(['same']);

    expect(writes).toBe(1);
  });

  it('stays below the height of the screen, since what scrolled away cannot be erased', () => {
    const { out, lines } = aTerminal(40, 5);

    createLiveBlock(out).draw(['1', '2', '3', '4', '5', '6']);

    expect(lines).toEqual(['1', '2', '3', '… 3 more']);
  });
});
