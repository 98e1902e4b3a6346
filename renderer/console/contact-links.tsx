/** Ways to reach a person, as links of the browser. */
import type { Contact } from '../../shared/contact.ts';
import { contactText } from '../../shared/strings-contact.ts';
import styles from './console.module.css';

export function ContactLinks({ contact }: { readonly contact: Contact | null }) {
  const { mail = null, phone = null, chatUrl = null } = contact ?? {};
  if (mail === null && phone === null && chatUrl === null) return null;
  return (
    <span className={styles.barLine}>
      {mail !== null && <a href={`mailto:${mail}`}>{mail}</a>}
      {phone !== null && <a href={`tel:${phone.replace(/[^+\d]/g, '')}`}>{phone}</a>}
      {chatUrl !== null && (
        <a href={chatUrl} target="_blank" rel="noopener noreferrer">
          {contactText.chat}
        </a>
      )}
    </span>
  );
}
