/** The suites that need only Node. Suites that need a browser, a display or Electron have projects of their own. */
import { defineConfig } from 'vitest/config';

const project = (name: string, include: string[], extra: object = {}) => ({
  test: { name, include, environment: 'node' as const, testTimeout: 20_000, hookTimeout: 30_000, ...extra },
});

/** End-to-end files that start no application and open no door: they may run beside the others. */
const apart = ['server-process', 'cli-launcher', 'torture-checker', 'torture-ledger-*', 'ledger-backup'].map(
  (name) => `test/e2e/${name}.test.ts`,
);

export default defineConfig({
  test: {
    projects: [
      project('unit', ['test/unit/**/*.test.ts', 'test/unit/**/*.test.tsx']),
      project('contract', ['test/contract/**/*.test.ts']),
      project('fuzz', ['test/fuzz/**/*.test.ts'], { testTimeout: 120_000, maxConcurrency: 2 }),
      // One file after the other: agents of one account see each other's applications, and accounts find open doors.
      project('e2e', ['test/e2e/**/*.test.ts'], {
        exclude: ['**/node_modules/**', ...apart],
        testTimeout: 120_000,
        hookTimeout: 60_000,
        fileParallelism: false,
      }),
      project('e2e-apart', apart, { testTimeout: 120_000, hookTimeout: 60_000 }),
      // The suites that every store must pass run here on PostgreSQL, and in `contract` on the others.
      project(
        'postgres',
        [
          'test/postgres/**/*.test.ts',
          'test/contract/{ledger-store,ledger-store-records,usage-days}.test.ts',
        ],
        {
          globalSetup: ['test/support/postgres-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      ),
      project('windows', ['test/windows/**/*.test.ts'], {
        testTimeout: 180_000,
        hookTimeout: 180_000,
        fileParallelism: false,
      }),
      project('browser', ['test/browser/**/*.test.ts'], { testTimeout: 120_000, hookTimeout: 60_000 }),
      project('desktop', ['test/desktop/**/*.test.ts'], {
        testTimeout: 300_000,
        hookTimeout: 120_000,
        fileParallelism: false,
      }),
      project('electron', ['test/electron/**/*.test.ts'], {
        testTimeout: 180_000,
        hookTimeout: 120_000,
        fileParallelism: false,
      }),
    ],
  },
});
