/** Tells when the network of this machine changed, while there is no contact. A cheap look, not a source of truth. */
import { networkInterfaces } from 'node:os';
import { type Cancel, type Clock, SECOND } from '../../shared/time.ts';

const LOOK_EVERY_MS = 3 * SECOND;

/** @param isNeeded false: nothing is looked at */
export function watchNetwork(clock: Clock, isNeeded: () => boolean, onChange: () => void): Cancel {
  let cancel: Cancel = () => {};
  let known = '';
  const look = () => {
    if (isNeeded()) {
      const found = JSON.stringify(networkInterfaces());
      if (known !== '' && found !== known) onChange();
      known = found;
    } else known = '';
    cancel = clock.setTimer(look, LOOK_EVERY_MS);
  };
  cancel = clock.setTimer(look, LOOK_EVERY_MS);
  return () => cancel();
}
