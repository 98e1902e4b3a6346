/** `usher contact`: how others reach me, shown or changed through my own agent. */
import type { AgentCommands } from '../../../shared/agent-api.ts';
import { contactLines, contactOf } from '../contact-options.ts';
import type { Context, Input } from '../context.ts';
import { exitNameOf, withHost } from '../wishes.ts';

export function run(context: Context, input: Input): Promise<number> {
  return withHost(context, input, async (host) => {
    const read: AgentCommands['myContact']['output'] = await host.command('myContact', null);
    if (!read.ok) return { ...read, code: exitNameOf(read.code) };
    const wanted = contactOf(input, read.value);
    if (!wanted.ok) return wanted;
    if (wanted.value === null) return context.answer(input, read.value, () => contactLines(read.value));
    const written = await host.command('setContact', wanted.value);
    if (!written.ok) return { ...written, code: exitNameOf(written.code) };
    return context.answer(input, written.value, () => contactLines(written.value));
  });
}
