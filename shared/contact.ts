/** How a person can be reached: what is a mail address, a phone number, a chat link. Pure. */
import { z } from 'zod';

/** Schemes that chat programs register; `javascript:` and `data:` must never become a link on a page. */
const CHAT_LINK = /^(https:\/\/[a-z0-9[]|(msteams|slack|xmpp|sip|matrix|im|zoommtg):)[!-~]+$/i;

/** One @ with something on both sides, no spaces: whether it exists only a mail can tell. Length: RFC 5321, 4.5.3.1. */
export const mailSchema = z
  .string()
  .max(254)
  .regex(/^[^\s\p{C}@<>"',;:]+@[^\s\p{C}@<>"',;:]+$/u, 'a mail address such as ana@example.com');
/** As people write them: digits with signs between, and an extension. */
export const phoneSchema = z
  .string()
  .max(50)
  .regex(/^\+?[0-9][0-9 ()./-]{1,40}( ?(x|ext\.?) ?[0-9]{1,8})?$/i, 'a phone number such as +49 351 1234-56');
export const chatUrlSchema = z
  .string()
  .max(500)
  .regex(CHAT_LINK, 'a link that starts with https:// or the scheme of a chat program, without spaces');

/** What others see of a contact. */
export const contactSchema = z.strictObject({
  mail: mailSchema.nullable(),
  phone: phoneSchema.nullable(),
  chatUrl: chatUrlSchema.nullable(),
});
export type Contact = z.infer<typeof contactSchema>;

/** A contact with its switch: whether everybody who may see the pools sees it, or admins only. */
export const ownContactSchema = contactSchema.extend({ isVisible: z.boolean() });
export type OwnContact = z.infer<typeof ownContactSchema>;

export const EMPTY_CONTACT: OwnContact = { mail: null, phone: null, chatUrl: null, isVisible: false };
