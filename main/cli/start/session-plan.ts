/** What one run starts and with which arguments. */
import type { Places } from '../../../shared/places.ts';
import type { ChildName } from './supervisor-state.ts';

export interface SessionPlan {
  readonly places: Places;
  readonly wanted: readonly ChildName[];
  readonly serverArgs: readonly string[];
  /** How the agent host finds its server when none is started here. */
  readonly agentArgs: readonly string[];
  /** By what right it enrolls there; null: it is enrolled, or a door lets it in. */
  readonly enrollmentToken: string | null;
  /** Where the console is when no server is started here. */
  readonly consoleUrl: string | null;
  readonly opensPanel: boolean;
}
