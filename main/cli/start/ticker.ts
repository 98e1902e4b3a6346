/** Runs something each second until it is canceled. */
import { type Cancel, type Clock, SECOND } from '../../../shared/time.ts';

export function startTicking(clock: Clock, run: () => void): Cancel {
  let cancel: Cancel = () => {};
  const tick = () => {
    run();
    cancel = clock.setTimer(tick, SECOND);
  };
  cancel = clock.setTimer(tick, SECOND);
  return () => cancel();
}
