/** What every system needs to open its ports. Types only. */
import type { Clock } from '../../../../shared/time.ts';

/**
 * Another person than the one who really runs the agent, so that two users can be tested under one account.
 * A process belongs to the account that its environment names, so only marked processes are this person's.
 */
export interface InjectedSession {
  readonly account: string;
  readonly accountName: string;
  readonly osSession: string;
  /** Environment variable of a process whose value is its account. */
  readonly accountVariable: string;
}

export interface OpenOsOptions {
  readonly clock: Clock;
  /** DISPLAY, XAUTHORITY, XDG_SESSION_TYPE, XDG_SESSION_ID, XDG_RUNTIME_DIR, WAYLAND_DISPLAY, HOME and the D-Bus addresses are read. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Linux: a folder that looks like /proc, instead of it. */
  readonly procRoot?: string;
  /** Linux under a test only; other systems refuse it. */
  readonly injectedSession?: InjectedSession;
}
