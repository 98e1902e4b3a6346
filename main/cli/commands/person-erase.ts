/** `usher person erase PERSON --yes`: what the server knows of a person goes; the audit keeps an id without a name. */
import { findPerson } from '../admin/find-named.ts';
import { callRest, NO_BODY } from '../admin/rest-client.ts';
import { withAdmin } from '../admin/with-admin.ts';
import { type Context, flag, type Input } from '../context.ts';

export function run(context: Context, input: Input): Promise<number> {
  return withAdmin(context, input, async (admin) => {
    const person = await findPerson(admin, input.words[0] ?? '');
    if (!person.ok) return person;
    const { userId, name, accounts } = person.value;
    const logins = accounts.map(({ authority, login }) => `${login} (${authority})`).join(', ');
    if (!flag(input, 'yes'))
      return context.answer(input, { userId, name, accounts, erased: false }, () => [
        `${name}: the accounts ${logins}, contact, groups, credentials and seats would go. Their agents must enroll again, as somebody new.`,
        'Nothing was erased. Add --yes to do it; it cannot be undone.',
      ]);
    const path = `/people/${encodeURIComponent(userId)}`;
    const erased = await callRest(admin, { method: 'DELETE', path, schema: NO_BODY });
    if (!erased.ok) return erased;
    return context.answer(input, { userId, erased: true }, () => [
      'The person is erased; the audit stays whole.',
    ]);
  });
}
