/** How a person can be reached, as a form: the same for oneself in the panel and for an admin in the console. */
import { Button, Checkbox, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { chatUrlSchema, mailSchema, type OwnContact, phoneSchema } from '../../shared/contact.ts';
import type { Outcome } from '../../shared/outcome.ts';
import { contactText } from '../../shared/strings-contact.ts';
import { Banner } from './banner.tsx';
import styles from './kit.module.css';

const FIELDS = [
  { name: 'mail', label: contactText.mail, schema: mailSchema, type: 'email' },
  { name: 'phone', label: contactText.phone, schema: phoneSchema, type: 'tel' },
  { name: 'chatUrl', label: contactText.chat, schema: chatUrlSchema, type: 'url' },
] as const;
type FieldName = (typeof FIELDS)[number]['name'];

interface ContactFormProps {
  readonly contact: OwnContact;
  readonly onSave: (contact: OwnContact) => Promise<Outcome<unknown>>;
  readonly onSaved: () => void;
}

export function ContactForm({ contact, onSave, onSaved }: ContactFormProps) {
  const [draft, setDraft] = useState(contact);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [wrong, setWrong] = useState<ReadonlySet<FieldName>>(new Set());
  const [isSaving, setSaving] = useState(false);

  const save = async (event: FormEvent) => {
    event.preventDefault();
    const faults = FIELDS.filter(({ name, schema }) => {
      const value = draft[name];
      return value !== null && !schema.safeParse(value).success;
    });
    setWrong(new Set(faults.map(({ name }) => name)));
    if (faults.length > 0) return;
    setSaving(true);
    const outcome = await onSave(draft);
    setSaving(false);
    if (outcome.ok) onSaved();
    else setRefusal(outcome.message);
  };

  return (
    <form className={styles.contactForm} noValidate onSubmit={(event) => void save(event)}>
      {refusal && <Banner tone="warning">{refusal}</Banner>}
      {FIELDS.map(({ name, label, type }) => (
        <TextInput
          key={name}
          label={label}
          type={type}
          value={draft[name] ?? ''}
          placeholder={name === 'chatUrl' ? contactText.chatHint : ''}
          error={wrong.has(name) ? contactText.problems[name] : null}
          onChange={(event) => setDraft({ ...draft, [name]: event.currentTarget.value.trim() || null })}
        />
      ))}
      <Checkbox
        label={contactText.isVisible}
        description={contactText.visibleHint}
        checked={draft.isVisible}
        onChange={(event) => setDraft({ ...draft, isVisible: event.currentTarget.checked })}
      />
      <div className={styles.contactFoot}>
        <Button type="submit" loading={isSaving}>
          {contactText.save}
        </Button>
      </div>
    </form>
  );
}
