/** One simulated colleague at work: looks at the agent's state, lets simulated-person decide, and acts. */
import type { AgentState, CommandName } from '../../../shared/agent-api.ts';
import type { Cancel, Clock, Random } from '../../../shared/time.ts';
import type { SimulatedOs, SimulatedProgram } from './simulated-os.ts';
import { type Act, drawTemper, firstPlan, nextPlan, type Plan, type Sight } from './simulated-person.ts';

export interface ColleaguePorts {
  readonly os: SimulatedOs;
  readonly clock: Clock;
  readonly random: Random;
  readonly productId: string;
  readonly program: SimulatedProgram;
  state(): AgentState;
  press(name: CommandName, input: object): Promise<void>;
}

/** What a working engineering application takes, in percent of one core. */
const WORKING_LOAD = [6, 40] as const;

export function sightOf(state: AgentState, productId: string): Sight {
  const ofProduct = (subject: { readonly productId: string }) => subject.productId === productId;
  const session = state.sessions.find(ofProduct);
  return {
    isRunning: session !== undefined,
    hasSeat: session?.seat?.state === 'held',
    isDenied: session?.seat?.state === 'overage',
    isQueued: state.mine.tickets.some(ofProduct),
    isOffered: state.mine.offers.some(ofProduct),
  };
}

/** @returns the end of the working day */
export function startColleague(ports: ColleaguePorts): Cancel {
  const { os, clock, random, productId, program } = ports;
  const temper = drawTemper(random);
  let pid: number | null = null;
  let isOver = false;
  let cancel: Cancel = () => {};

  function open(): void {
    pid ??= os.start(program);
    work();
  }

  function work(): void {
    os.touch();
    const [lowest, highest] = WORKING_LOAD;
    if (pid !== null) os.setLoad(pid, lowest + (highest - lowest) * random());
  }

  function close(): void {
    if (pid !== null) os.end(pid);
    pid = null;
  }

  async function act(what: Act): Promise<void> {
    switch (what) {
      case 'start':
        return open();
      case 'close':
        return close();
      case 'type':
        return work();
      case 'lock':
        return os.setLocked(true);
      case 'unlock':
        os.setLocked(false);
        return work();
      case 'queue':
        work();
        return ports.press('queue', { productId });
      case 'leave': {
        const ticket = ports.state().mine.tickets.find((candidate) => candidate.productId === productId);
        return ticket ? ports.press('leave', { ticketId: ticket.ticketId }) : undefined;
      }
      case 'nothing':
        return;
    }
  }

  function follow(plan: Plan): void {
    if (isOver) return;
    cancel = clock.setTimer(() => {
      const next = nextPlan(plan.mood, sightOf(ports.state(), productId), temper, random);
      void act(next.act).then(() => follow(next));
    }, plan.againInMs);
  }

  follow(firstPlan(random));
  return () => {
    isOver = true;
    cancel();
  };
}
