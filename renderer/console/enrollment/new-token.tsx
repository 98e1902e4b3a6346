/** Makes an enrollment token and shows it, once. */
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { createdEnrollmentTokenSchema } from '../../../shared/rest.ts';
import { consoleText, enrollmentText } from '../../../shared/strings-console.ts';
import { DAY } from '../../../shared/time.ts';
import { Banner } from '../../kit/banner.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import styles from '../console.module.css';
import { useConsoleData } from '../use-query.ts';

const VALID_DAYS = Object.entries(enrollmentText.lengths).map(([value, label]) => ({ value, label }));

export function NewToken({ onClose }: { readonly onClose: () => void }) {
  const { api } = useConsoleData();
  const [label, setLabel] = useState('');
  const [days, setDays] = useState('7');
  const [token, setToken] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const make = async () => {
    const body = { label: label.trim(), validForMs: Number(days) * DAY };
    const outcome = await api.send('POST', '/enrollment-tokens', createdEnrollmentTokenSchema, body);
    if (outcome.ok) setToken(outcome.value.token);
    else setRefusal(outcome.message);
  };
  if (token !== null) return <CreatedToken token={token} onClose={onClose} />;
  return (
    <Dialog title={enrollmentText.make} onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        {refusal && <Banner tone="warning">{refusal}</Banner>}
        <TextInput
          label={enrollmentText.label}
          placeholder={enrollmentText.labelHint}
          value={label}
          onChange={(event) => setLabel(event.currentTarget.value)}
        />
        <NativeSelect
          label={enrollmentText.validFor}
          data={VALID_DAYS}
          value={days}
          onChange={(event) => setDays(event.currentTarget.value)}
        />
        <div className={styles.formFoot}>
          <Button variant="default" onClick={onClose}>
            {consoleText.cancel}
          </Button>
          <Button type="submit" disabled={label.trim() === ''}>
            {enrollmentText.create}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function CreatedToken({ token, onClose }: { readonly token: string; readonly onClose: () => void }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    // Without a secure context there is no clipboard; the token can still be selected.
    await navigator.clipboard?.writeText(token).then(
      () => setCopied(true),
      (error: unknown) => console.warn('the clipboard refused', error),
    );
  };
  return (
    <Dialog title={enrollmentText.createdTitle} onClose={onClose}>
      <div className={styles.form}>
        <p>{enrollmentText.createdSentence}</p>
        <code className={styles.secret}>{token}</code>
        <div className={styles.formFoot}>
          <Button variant="default" onClick={() => void copy()}>
            {isCopied ? enrollmentText.copied : enrollmentText.copy}
          </Button>
          <Button onClick={onClose}>{enrollmentText.done}</Button>
        </div>
      </div>
    </Dialog>
  );
}
