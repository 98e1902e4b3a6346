/** `usher person set PERSON`: name and contact of a person, by an admin. */
import { contactResourceSchema, personResourceSchema } from '../../../shared/rest.ts';
import { findPerson } from '../admin/find-named.ts';
import { callRest } from '../admin/rest-client.ts';
import { usage, withAdmin } from '../admin/with-admin.ts';
import { contactOf } from '../contact-options.ts';
import { type Context, type Input, textOption } from '../context.ts';

export function run(context: Context, input: Input): Promise<number> {
  return withAdmin(context, input, async (admin) => {
    const person = await findPerson(admin, input.words[0] ?? '');
    if (!person.ok) return person;
    const { userId, contact: known } = person.value;
    const name = textOption(input, 'name');
    const before = known && {
      ...{ mail: known.mail, phone: known.phone, chatUrl: known.chatUrl, isVisible: known.isVisible },
    };
    const contact = contactOf(input, before);
    if (!contact.ok) return contact;
    if (name === null && contact.value === null)
      return usage('Say what to change: --name, --mail, --phone, --chat, --visible.');
    const path = `/people/${encodeURIComponent(userId)}`;
    if (contact.value !== null) {
      const body = contact.value;
      const schema = contactResourceSchema;
      const written = await callRest(admin, { method: 'PUT', path: `${path}/contact`, body, schema });
      if (!written.ok) return written;
    }
    const changed = await callRest(admin, {
      ...(name === null ? { method: 'GET' as const } : { method: 'PATCH' as const, body: { name } }),
      path,
      schema: personResourceSchema,
    });
    if (!changed.ok) return changed;
    return context.answer(input, { person: changed.value }, () => [`${changed.value.name} is changed.`]);
  });
}
