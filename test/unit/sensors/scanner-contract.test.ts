/** The contract of the process scanners on this system's real processes. The Windows scanner: test/windows. */
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../main/agent/clock.ts';
import { openPsList } from '../../../main/agent/sensors/os/fallback/ps-list-scanner.ts';
import { openPs } from '../../../main/agent/sensors/os/fallback/ps-scanner.ts';
import { openProcReader } from '../../../main/agent/sensors/os/linux/proc-reader.ts';
import { ProcScanner } from '../../../main/agent/sensors/os/linux/proc-scanner.ts';
import type { ProcessScanner } from '../../../main/agent/sensors/os/ports.ts';
import { type ContractLimits, scannerContract } from './scanner-contract.ts';

const scanners: readonly [string, () => Promise<ProcessScanner>, ContractLimits][] = [
  [
    '/proc',
    async () => new ProcScanner(openProcReader('/proc'), systemClock),
    { startTimes: true, counters: true, detailsHavePath: true },
  ],
  [
    'ps-list',
    () => openPsList(systemClock, 200),
    { startTimes: true, counters: false, detailsHavePath: true },
  ],
  ['ps', async () => openPs(systemClock, 200), { startTimes: true, counters: false, detailsHavePath: false }],
];

describe.each(scanners)('the scanner over %s', (source, open, limits) => {
  it.each(scannerContract(limits))('$sentence', async ({ run }) => {
    await run(open);
    expect((await open()).health().source).toBe(source);
  });
});
