/** What `usher start`, `usher server` and `usher agent` share: the data folder is free and taken, or somebody has it. */
import type { Places } from '../../../shared/places.ts';
import type { Context, Input } from '../context.ts';
import { onStopSignal } from '../signals.ts';
import { attach } from './attach.ts';
import { claimFolder } from './claim-folder.ts';
import type { LockRecord } from './instance-lock.ts';
import type { Screen } from './screen.ts';
import { runSession } from './session.ts';
import type { SessionPlan } from './session-plan.ts';

export interface HeldRun {
  readonly context: Context;
  readonly input: Input;
  readonly places: Places;
  readonly screen: Screen;
  readonly role: LockRecord['role'];
  readonly opensPanel: boolean;
  /** Made when the folder is ours: what lies in it decides. */
  plan(): SessionPlan | Promise<SessionPlan>;
}

/** @returns the exit code */
export async function runHeld(run: HeldRun): Promise<number> {
  const { context, input, places, screen, role, opensPanel } = run;
  const stop = new AbortController();
  const offSignals = onStopSignal(() => stop.abort());
  try {
    const claimed = await claimFolder({ context, input, places, role, screen, stop: stop.signal });
    if (!claimed.ok) return context.fail(input, 'FAILED', claimed.message);
    if (claimed.value.kind === 'taken')
      return await attach({
        context,
        input,
        places,
        holder: claimed.value.by,
        screen,
        opensPanel,
        stop: stop.signal,
      });
    const { lock } = claimed.value;
    try {
      return await runSession({ context, input, plan: await run.plan(), lock, screen, stop: stop.signal });
    } finally {
      lock.release();
    }
  } finally {
    offSignals();
  }
}
