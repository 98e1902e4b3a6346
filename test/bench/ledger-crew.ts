/**
 * The callers of the ledger benchmark in a process of their own: obeys its parent over the IPC channel. `connect` with
 * credentials, `run` for a time, `stop`.
 */
import { CALLERS, Tally } from './ledger-callers.ts';
import { SocketCaller } from './postgres-callers.ts';

export type CrewOrder =
  | { readonly kind: 'connect'; readonly url: string; readonly credentials: readonly string[] }
  | { readonly kind: 'run'; readonly forMs: number }
  | { readonly kind: 'stop' };

export type CrewAnswer =
  | { readonly kind: 'connected' }
  | {
      readonly kind: 'ran';
      readonly elapsedMs: number;
      /** CPU time of this process, all threads. */
      readonly cpuMs: number;
      readonly latenciesMs: readonly number[];
      readonly kinds: Readonly<Record<string, number>>;
      readonly refused: number;
    }
  | { readonly kind: 'failed'; readonly message: string };

let callers: SocketCaller[] = [];

async function obey(order: CrewOrder): Promise<CrewAnswer | null> {
  switch (order.kind) {
    case 'connect':
      callers = await Promise.all(
        order.credentials.map((credential, index) =>
          SocketCaller.connect(order.url, credential, personName(index), index + 1),
        ),
      );
      return { kind: 'connected' };
    case 'run': {
      const tally = new Tally();
      const startedAtMs = performance.now();
      const cpuBefore = process.cpuUsage();
      const untilMs = startedAtMs + order.forMs;
      await Promise.all(callers.map((caller) => caller.run(untilMs, tally)));
      const { user, system } = process.cpuUsage(cpuBefore);
      const { latenciesMs, kinds, refused } = tally;
      const elapsedMs = performance.now() - startedAtMs;
      return { kind: 'ran', elapsedMs, cpuMs: (user + system) / 1_000, latenciesMs, kinds, refused };
    }
    case 'stop':
      for (const caller of callers) caller.close();
      process.disconnect();
      return null;
  }
}

export const personName = (index: number): string => `person-${index % CALLERS}`;

process.on('message', (order: CrewOrder) => {
  obey(order).then(
    (answer) => answer && process.send?.(answer),
    (error: unknown) => process.send?.({ kind: 'failed', message: String(error) } satisfies CrewAnswer),
  );
});
