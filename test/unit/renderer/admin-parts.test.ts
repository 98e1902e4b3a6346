/** Pure parts of the console's admin pages: hours as the editor holds them, bars of the chart, the tree of groups. */
import { describe, expect, it } from 'vitest';
import { barsOf, CHART, stepFor } from '../../../renderer/console/denials/denial-bars.ts';
import { newGroupId } from '../../../renderer/console/groups/group-id.ts';
import { hoursDraftOf, hoursOf, newRow } from '../../../renderer/console/pools/hours-draft.ts';
import { treeOf } from '../../../shared/group-tree.ts';

describe('hours in the editor', () => {
  it('draw days with the same span together, and give back the same hours', () => {
    const spans = [
      { weekday: 1, fromMinute: 480, toMinute: 1080 },
      { weekday: 3, fromMinute: 480, toMinute: 1080 },
      { weekday: 6, fromMinute: 1320, toMinute: 1440 },
    ];
    const draft = hoursDraftOf({ timeZone: 'Europe/Berlin', spans }, 'UTC');

    expect(draft.rows).toEqual([
      { id: 1, weekdays: [1, 3], from: '08:00', to: '18:00' },
      { id: 2, weekdays: [6], from: '22:00', to: '00:00' },
    ]);
    expect(hoursOf(draft)).toEqual({ ok: true, value: { timeZone: 'Europe/Berlin', spans } });
  });

  it('are none while they are off, and wrong without a day or with an end before the start', () => {
    expect(hoursOf(hoursDraftOf(null, 'UTC'))).toEqual({ ok: true, value: null });
    for (const row of [
      { ...newRow(1), weekdays: [] },
      { ...newRow(1), to: '07:00' },
      { ...newRow(1), from: '' },
    ])
      expect(hoursOf({ isOn: true, timeZone: 'UTC', rows: [row] })).toMatchObject({ code: 'BAD_HOURS' });
  });
});

describe('the chart of denials', () => {
  it('has round steps that cover the most', () => {
    expect([0, 3, 4, 7, 16, 31, 61, 3000].map(stepFor)).toEqual([1, 1, 2, 5, 10, 20, 50, 1000]);
  });

  it('stands every bar on the ground, false denials above the true ones', () => {
    const days = [
      { day: '2026-11-20', denials: 0, falseDenials: 0 },
      { day: '2026-11-21', denials: 2, falseDenials: 1 },
    ];
    const { bars, ticks, labels } = barsOf(days);

    expect(bars[0]).toMatchObject({ middle: CHART.bottom, top: CHART.bottom });
    expect(bars[1]?.top).toBe(CHART.top);
    expect(bars[1]?.middle).toBeGreaterThan(CHART.top);
    expect(ticks.map(({ value }) => value)).toEqual([0, 1, 2, 3]);
    expect(labels.map(({ text }) => text)).toEqual(['11-20', '11-21']);
  });
});

describe('groups', () => {
  it('stand below the one they lie in, by name; one without its parent stands at the top', () => {
    const group = (groupId: string, parentId: string | null) => ({ groupId, name: groupId, parentId });
    const tree = treeOf([
      group('b', null),
      group('lost', 'gone'),
      group('a2', 'a'),
      group('a', null),
      group('a1', 'a'),
    ]);

    expect(tree.map(({ group: { groupId }, depth }) => `${depth} ${groupId}`)).toEqual([
      ...['0 a', '1 a1', '1 a2', '0 b', '0 lost'],
    ]);
  });

  it('get ids that people can read, apart from those that are taken', () => {
    expect(newGroupId('Brücke 12!', new Set(), () => 0)).toBe('bru-cke-12');
    expect(newGroupId('CAD', new Set(['cad']), () => 0.5)).toMatch(/^cad-[a-z0-9]+$/);
    expect(newGroupId('漢字', new Set(), () => 0)).toBe('group');
  });
});
