/** A process that fills an outbox until somebody kills it: prints each number once it is committed. */

import { SILENT_LOG } from '../../main/agent/log.ts';
import { openOutbox } from '../../main/agent/report/outbox.ts';

const [path = ''] = process.argv.slice(2);
const opened = openOutbox({ path, newId: () => crypto.randomUUID(), log: SILENT_LOG });
if (!opened.ok) {
  console.log(opened.code);
  process.exit(1);
}
const outbox = opened.value;
for (let index = 0; ; index++) {
  const wishId = `w-${outbox.outboxId}-${outbox.lastSeq + 1}`;
  const wish = { type: 'queue', productId: 'freecad' } as const;
  outbox.commit({
    facts: [{ kind: 'wish', wishId, wish, expiresInMs: 1 }],
    trackerState: String(outbox.lastSeq + 1),
    atMs: index,
  });
  process.stdout.write(`${outbox.outboxId} ${outbox.lastSeq}\n`);
}
