/**
 * How a simulated colleague spends the day, as a pure function: what they see and what they did before, in; the next
 * act and when, out. Chance is an argument, so a seed gives the same day again.
 *
 * | mood | acts | next |
 * |---|---|---|
 * | away | starts the application after a while, or queues first | working, waiting |
 * | working | types; now and then locks the screen; closes the application in the end | away, break |
 * | break | the screen is locked | working |
 * | denied | runs without a seat: queues, keeps working, or closes and waits for the offer | working, waiting |
 * | waiting | the application is closed, a place in the queue is kept | working, away |
 */
import type { Random } from '../../../shared/time.ts';
import { SECOND } from '../../../shared/time.ts';

export type Mood = 'away' | 'working' | 'break' | 'denied' | 'waiting';

/** What a colleague sees of their one product. */
export interface Sight {
  readonly isRunning: boolean;
  readonly hasSeat: boolean;
  readonly isDenied: boolean;
  readonly isQueued: boolean;
  readonly isOffered: boolean;
}

export type Act = 'start' | 'close' | 'type' | 'lock' | 'unlock' | 'queue' | 'leave' | 'nothing';

export interface Plan {
  readonly mood: Mood;
  readonly act: Act;
  /** When to look and act again. */
  readonly againInMs: number;
}

/** How a colleague is; drawn once. */
export interface Temper {
  /** Chance to lock the screen at a look. */
  readonly locksAt: number;
  /** Chance to close the application at a look while working. */
  readonly closesAt: number;
  /** Chance to notice an offer at a look; the rest lets it pass. */
  readonly noticesAt: number;
}

export function drawTemper(random: Random): Temper {
  return {
    locksAt: 0.01 + 0.03 * random(),
    closesAt: 0.03 + 0.04 * random(),
    noticesAt: 0.3 + 0.5 * random(),
  };
}

function between(random: Random, fromMs: number, toMs: number): number {
  return Math.round(fromMs + (toMs - fromMs) * random());
}

const ASKS_FIRST = 0.25;
const LOOK_MS = [2 * SECOND, 6 * SECOND] as const;

function look(random: Random): number {
  return between(random, ...LOOK_MS);
}

/** The first act of the day comes soon, so that a newcomer sees a full office within a minute. */
export function firstPlan(random: Random): Plan {
  return { mood: 'away', act: 'nothing', againInMs: between(random, 0, 20 * SECOND) };
}

function plan(mood: Mood, act: Act, againInMs: number): Plan {
  return { mood, act, againInMs };
}

function whileWorking(sight: Sight, temper: Temper, random: Random): Plan {
  if (sight.isDenied && !sight.hasSeat) return plan('denied', 'type', look(random));
  const chance = random();
  if (chance < temper.closesAt) return plan('away', 'close', between(random, 10 * SECOND, 50 * SECOND));
  if (chance < temper.closesAt + temper.locksAt)
    return plan('break', 'lock', between(random, 15 * SECOND, 60 * SECOND));
  return plan('working', 'type', look(random));
}

function whileDenied(sight: Sight, random: Random): Plan {
  if (sight.hasSeat) return plan('working', 'type', look(random));
  if (!sight.isQueued && !sight.isOffered) return plan('denied', 'queue', look(random));
  // Most go on without a seat until the queue gives them one; some close and wait.
  return random() < 0.08 ? plan('waiting', 'close', look(random)) : plan('denied', 'type', look(random));
}

function whileWaiting(sight: Sight, temper: Temper, random: Random): Plan {
  if (sight.isOffered && random() < temper.noticesAt) return plan('working', 'start', look(random));
  if (!sight.isQueued && !sight.isOffered)
    return plan('away', 'nothing', between(random, 10 * SECOND, 40 * SECOND));
  return random() < 0.01
    ? plan('away', 'leave', between(random, 10 * SECOND, 40 * SECOND))
    : plan('waiting', 'nothing', look(random));
}

export function nextPlan(mood: Mood, sight: Sight, temper: Temper, random: Random): Plan {
  switch (mood) {
    case 'away':
      // Some ask for a seat before they start anything.
      return random() < ASKS_FIRST
        ? plan('waiting', 'queue', look(random))
        : plan('working', 'start', look(random));
    case 'break':
      return plan('working', 'unlock', look(random));
    case 'working':
      return whileWorking(sight, temper, random);
    case 'denied':
      return whileDenied(sight, random);
    case 'waiting':
      return whileWaiting(sight, temper, random);
  }
}
