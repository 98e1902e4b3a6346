/** The channel to the command that started the shell (`usher start`): it is told when we are up, and may stop us. */
import { z } from 'zod';

const stopSchema = z.strictObject({ type: z.literal('stop') });

/** @returns tells the supervisor that the shell is up; does nothing where nobody supervises */
export function obeySupervisor(onStop: () => void): () => void {
  if (!process.send) return () => {};
  process.on('message', (message) => {
    if (stopSchema.safeParse(message).success) onStop();
  });
  // The supervisor died without a word; its children end in order.
  process.on('disconnect', onStop);
  return () => {
    if (process.connected) process.send?.({ type: 'ready' });
  };
}
