/** What console and command say about shares, deny lists, admission and hours of a pool. */
import type { Admission } from './domain.ts';
import type { HoldBack } from './rest/allocation.ts';

export const allocationText = {
  everybodyElse: 'everybody else',
  unknown: 'unknown',
  holdBack: {
    paused: 'the pool is paused',
    draining: 'the pool is draining',
    full: 'nothing is free',
    reserved: 'the rest is kept for other groups',
    cap: 'the group has reached its cap',
    'others-wait': 'others wait for it',
    unknown: 'the license server does not answer',
  } satisfies Readonly<Record<HoldBack, string>>,
} as const;

export const admissionText: Readonly<
  Record<Admission, { readonly name: string; readonly act: string; readonly sentence: string }>
> = {
  open: {
    name: 'Open',
    act: 'Open it',
    sentence: 'Seats are granted and offered again; whoever waits is served at once.',
  },
  paused: {
    name: 'Paused',
    act: 'Pause it',
    sentence: 'Nothing is granted or offered. People may wait, and seats that are out stay out.',
  },
  draining: {
    name: 'Draining',
    act: 'Drain it',
    sentence:
      'Nothing is granted, held seats are withdrawn, and nobody new may wait. Seats that are out stay out.',
  },
};
