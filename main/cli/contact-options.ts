/** The options that change how a person can be reached, for oneself and for an admin. Pure. */
import { EMPTY_CONTACT, type OwnContact, ownContactSchema } from '../../shared/contact.ts';
import { failure, type Outcome, success } from '../../shared/outcome.ts';
import { contactText } from '../../shared/strings-contact.ts';
import { type Input, textOption } from './context.ts';

const FIELDS = [
  ['mail', 'mail'],
  ['phone', 'phone'],
  ['chat', 'chatUrl'],
] as const;

/** null: none of the options was given. */
export function contactOf(input: Input, before: OwnContact | null): Outcome<OwnContact | null, 'USAGE'> {
  const visible = textOption(input, 'visible');
  const isSaid = visible !== null || FIELDS.some(([option]) => textOption(input, option) !== null);
  if (!isSaid) return success(null);
  if (visible !== null && visible !== 'yes' && visible !== 'no')
    return failure('USAGE', '--visible takes yes or no.');
  let contact: OwnContact = before ?? EMPTY_CONTACT;
  for (const [option, field] of FIELDS) {
    const text = textOption(input, option);
    if (text !== null) contact = { ...contact, [field]: text === 'none' ? null : text };
  }
  if (visible !== null) contact = { ...contact, isVisible: visible === 'yes' };
  const checked = ownContactSchema.safeParse(contact);
  if (checked.success) return success(checked.data);
  const field = checked.error.issues[0]?.path[0];
  const known = FIELDS.find(([, name]) => name === field);
  return failure(
    'USAGE',
    known ? `--${known[0]}: ${contactText.problems[known[1]]}` : 'The contact does not fit.',
  );
}

export function contactLines({ mail, phone, chatUrl, isVisible }: OwnContact): readonly string[] {
  const lines = [
    [contactText.mail, mail],
    [contactText.phone, phone],
    [contactText.chat, chatUrl],
  ].flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]));
  const seen = isVisible ? contactText.visible : contactText.hidden;
  return lines.length === 0 ? [`Nobody wrote down how to reach you.`] : [...lines, `It is ${seen}.`];
}
