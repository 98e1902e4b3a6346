/** A second person on a test machine with one account: see `InjectedSession`. Decorates the real ports. */
import type { InjectedSession } from '../open-options.ts';
import type { OsPorts, ProcessInfo, ProcessScanner } from '../ports.ts';
import { parseEnvironVariable } from './proc-parse.ts';
import type { ProcReader } from './proc-reader.ts';

export function injectSession(ports: OsPorts, session: InjectedSession, reader: ProcReader): OsPorts {
  const { account, accountName, osSession, accountVariable } = session;
  const reassign = (process: ProcessInfo): ProcessInfo => {
    const environ = reader.read(`${process.pid}/environ`);
    const named = typeof environ === 'string' ? undefined : parseEnvironVariable(environ, accountVariable);
    const { osSession: _, ...rest } = process;
    return named === undefined ? rest : { ...rest, account: named };
  };
  const scanner = ports.processes;
  const processes: ProcessScanner = {
    async scan() {
      const result = await scanner.scan();
      return { ...result, appeared: result.appeared.map(reassign) };
    },
    details(pid, startKey) {
      const process = scanner.details(pid, startKey);
      return process && reassign(process);
    },
    counters: (pid, startKey) => scanner.counters(pid, startKey),
    health: () => scanner.health(),
    close: () => scanner.close(),
  };
  return { ...ports, own: { ...ports.own, account, accountName, osSession }, processes };
}
