/** The Windows sensors in a Windows Node under Wine: proves calls, layouts and order, says nothing about timing. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WindowsReport } from './probe-entry.ts';
import { openLane } from './wine.ts';

const lane = openLane();
const isCi = process.env.CI === 'true';

if (!lane.ready && !isCi) console.log(`The Windows lane does not run here: ${lane.missing} is missing.`);

it('has what it needs, where it must run', () => {
  expect(lane.ready || !isCi, lane.ready ? '' : `missing: ${lane.missing}`).toBe(true);
});

describe.runIf(lane.ready)('the Windows sensors under Wine', () => {
  let report: WindowsReport;

  beforeAll(async () => {
    if (!lane.ready) return;
    report = (await lane.run(fileURLToPath(new URL('./probe-entry.ts', import.meta.url)))) as WindowsReport;
    if ('error' in report) throw new Error(JSON.stringify(report));
  }, 180_000);
  afterAll(() => {
    if (lane.ready) lane.destroy();
  });

  it('know account, login session and boot', () => {
    expect(report.own).toMatchObject({
      platform: 'win32',
      account: expect.stringMatching(/^S-1-5-/),
      osSession: expect.stringMatching(/^\d+$/),
      bootId: expect.stringMatching(/^boot-\d{15,}$/),
    });
  });

  it.each(['NtQuerySystemInformation', 'ps-list'])('%s keeps the contract of every scanner', (source) => {
    const results = report.contract[source] ?? {};

    expect(Object.keys(results)).toHaveLength(5);
    expect(results).toEqual(Object.fromEntries(Object.keys(results).map((sentence) => [sentence, 'holds'])));
  });

  it('tell path, account and session of a process', () => {
    expect(report.self).toMatchObject({
      name: 'node.exe',
      exePath: expect.stringMatching(/^[A-Z]:\\.*\\node\.exe$/),
      account: report.own.account,
      osSession: report.own.osSession,
    });
  });

  it('tell idle time and the time asleep', () => {
    expect(report.idle).toMatchObject({ known: true, idleMs: expect.any(Number) });
    expect(Math.abs(report.asleepMs ?? Number.NaN)).toBeLessThan(1_000);
    expect(report.health).toMatchObject({
      processes: { source: 'NtQuerySystemInformation', state: 'working' },
      idle: { source: 'GetLastInputInfo', state: 'working' },
    });
  });

  it('see an application from start to end, by a rule in other letters', () => {
    const kinds = report.observations.map(({ kind }) => kind);
    const appeared = report.observations.find((observation) => observation.kind === 'instance-appeared');

    expect(appeared?.instance).toMatchObject({
      productId: 'draft',
      rootPid: report.childPid,
      exePath: expect.stringMatching(/\\Draft 2026\.exe$/),
    });
    expect(kinds).toContain('instance-activity');
    expect(kinds.at(-1)).toBe('instance-vanished');
  });

  it('report a process as gone although they hold its handle', () => {
    expect(report.handleHeld).toEqual({ whileTracked: true, pidSeenAfterExit: false });
  });
});
