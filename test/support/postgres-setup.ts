/** One cluster for all files of the project `postgres`: started before the first, ended after the last. */
import type { TestProject } from 'vitest/node';
import { startPostgres } from './a-postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Superuser on the cluster's own database; `createDatabase` makes one for a test file. */
    postgresUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await startPostgres();
  project.provide('postgresUrl', cluster.urlOf('postgres'));
  return () => cluster.stop();
}
