/** Small dialogs about one person: how they can be reached, and one who has not enrolled yet. */
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { EMPTY_CONTACT } from '../../../shared/contact.ts';
import {
  contactResourceSchema,
  type PersonAuthority,
  type PersonResource,
  personResourceSchema,
} from '../../../shared/rest.ts';
import { contactText } from '../../../shared/strings-contact.ts';
import { peopleText } from '../../../shared/strings-people.ts';
import { Banner } from '../../kit/banner.tsx';
import { ContactForm } from '../../kit/contact-form.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import styles from '../console.module.css';
import { useConsoleData } from '../use-query.ts';

interface DialogProps {
  /** @param text what happened; null: nothing */
  readonly onClose: (text: string | null) => void;
}

export function ContactDialog({ person, onClose }: DialogProps & { readonly person: PersonResource }) {
  const { api } = useConsoleData();
  const { mail, phone, chatUrl, isVisible } = person.contact ?? EMPTY_CONTACT;
  return (
    <Dialog title={contactText.of(person.name)} onClose={() => onClose(null)}>
      <ContactForm
        contact={{ mail, phone, chatUrl, isVisible }}
        onSave={(contact) =>
          api.send(
            'PUT',
            `/people/${encodeURIComponent(person.userId)}/contact`,
            contactResourceSchema,
            contact,
          )
        }
        onSaved={() => onClose(contactText.saved)}
      />
    </Dialog>
  );
}

const AUTHORITIES = Object.entries(peopleText.authorities).map(([value, label]) => ({ value, label }));

export function AddPersonDialog({ onClose }: DialogProps) {
  const { api } = useConsoleData();
  const [name, setName] = useState('');
  const [login, setLogin] = useState('');
  const [authority, setAuthority] = useState<PersonAuthority>('unix');
  const [refusal, setRefusal] = useState<string | null>(null);
  const add = async (event: FormEvent) => {
    event.preventDefault();
    const body = { name: name.trim(), accounts: [{ authority, login: login.trim() }] };
    const outcome = await api.send('POST', '/people', personResourceSchema, body);
    if (outcome.ok) onClose(peopleText.added(body.name));
    else setRefusal(outcome.message);
  };
  return (
    <Dialog title={peopleText.addTitle} onClose={() => onClose(null)}>
      <form className={styles.form} onSubmit={(event) => void add(event)}>
        <p className={styles.dimmed}>{peopleText.addHint}</p>
        {refusal && <Banner tone="warning">{refusal}</Banner>}
        <TextInput
          label={peopleText.name}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label={peopleText.login}
          value={login}
          onChange={(event) => setLogin(event.currentTarget.value)}
        />
        <NativeSelect
          label={peopleText.authority}
          data={AUTHORITIES}
          value={authority}
          onChange={(event) => setAuthority(event.currentTarget.value as PersonAuthority)}
        />
        <div className={styles.formFoot}>
          <Button type="submit" disabled={name.trim() === '' || login.trim() === ''}>
            {peopleText.addButton}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
