/** `usher pool open|pause|drain POOL --reason`: whether a pool grants, with a reason for the audit. */
import type { Admission } from '../../../shared/domain.ts';
import { poolResourceSchema } from '../../../shared/rest.ts';
import { findPool } from '../admin/find-named.ts';
import { callRest } from '../admin/rest-client.ts';
import { reasonOf, withAdmin } from '../admin/with-admin.ts';
import type { Run } from '../context.ts';

const WORDS: Readonly<Record<Admission, string>> = {
  open: 'is open',
  paused: 'is paused: nothing is granted, and people wait',
  draining: 'is draining: nothing is granted, and nobody new may wait',
};

export const runFor =
  (admission: Admission): Run =>
  (context, input) =>
    withAdmin(context, input, async (admin) => {
      const reason = reasonOf(input);
      if (typeof reason !== 'string') return reason;
      const pool = await findPool(admin, input.words[0] ?? '');
      if (!pool.ok) return pool;
      const changed = await callRest(admin, {
        method: 'PUT',
        path: `/pools/${encodeURIComponent(pool.value.view.poolId)}/admission`,
        body: { admission, reason },
        schema: poolResourceSchema,
      });
      if (!changed.ok) return changed;
      const { settings, view } = changed.value;
      return context.answer(input, { pool: changed.value }, () => [
        `${settings.name} (${view.poolId}) ${WORDS[admission]}.`,
      ]);
    });
