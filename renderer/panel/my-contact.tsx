/** How others reach this person: read from the server when it is opened, written by the person alone. */
import { useEffect, useState } from 'react';
import type { PanelBridge } from '../../shared/agent-api.ts';
import { type OwnContact, ownContactSchema } from '../../shared/contact.ts';
import { failure, type Outcome } from '../../shared/outcome.ts';
import { moments } from '../../shared/strings.ts';
import { contactText } from '../../shared/strings-contact.ts';
import { panelText } from '../../shared/strings-panel.ts';
import { Banner } from '../kit/banner.tsx';
import { ContactForm } from '../kit/contact-form.tsx';
import { Dialog } from '../kit/dialog.tsx';
import styles from './panel.module.css';

interface MyContactProps {
  readonly bridge: Pick<PanelBridge, 'myContact' | 'setContact'>;
  /** @param isSaved whether something was written */
  readonly onClose: (isSaved: boolean) => void;
}

/** The carrier hands answers on without looking into them. */
function checked(outcome: Outcome<unknown>): Outcome<OwnContact> {
  if (!outcome.ok) return outcome;
  const contact = ownContactSchema.safeParse(outcome.value);
  return contact.success ? { ok: true, value: contact.data } : failure('BAD_ANSWER', moments.badAnswer());
}

export function MyContact({ bridge, onClose }: MyContactProps) {
  const [read, setRead] = useState<Outcome<OwnContact> | null>(null);
  useEffect(() => {
    let isShown = true;
    void bridge.myContact(null).then((outcome) => {
      if (isShown) setRead(checked(outcome));
    });
    return () => {
      isShown = false;
    };
  }, [bridge]);
  return (
    <Dialog title={contactText.mine} onClose={() => onClose(false)}>
      <p className={styles.dimmed} style={{ marginBottom: 12 }}>
        {contactText.mineHint}
      </p>
      {read === null && <p>{panelText.loading}</p>}
      {read !== null && !read.ok && <Banner tone="warning">{read.message}</Banner>}
      {read?.ok && (
        <ContactForm
          contact={read.value}
          onSave={(contact) => bridge.setContact(contact)}
          onSaved={() => onClose(true)}
        />
      )}
    </Dialog>
  );
}
