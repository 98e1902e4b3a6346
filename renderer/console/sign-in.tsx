/** The way in: the admin's token, once for each browser. */
import { Button, PasswordInput } from '@mantine/core';
import { useState } from 'react';
import { signInAnswerSchema } from '../../shared/rest.ts';
import { consoleText } from '../../shared/strings-console.ts';
import { Banner } from '../kit/banner.tsx';
import { SeatMark } from '../kit/seat-mark.tsx';
import type { Api } from './api.ts';
import styles from './console.module.css';
import frame from './shell.module.css';

interface SignInProps {
  readonly api: Api;
  readonly hasEnded: boolean;
  readonly onSignedIn: () => void;
}

export function SignIn({ api, hasEnded, onSignedIn }: SignInProps) {
  const [token, setToken] = useState('');
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isAsking, setAsking] = useState(false);
  const signIn = async () => {
    setAsking(true);
    const outcome = await api.send('POST', '/session', signInAnswerSchema, { token: token.trim() });
    setAsking(false);
    if (outcome.ok) onSignedIn();
    else setRefusal(outcome.message);
  };
  return (
    <main className={styles.signIn}>
      <form
        className={`${styles.surface} ${styles.signInForm}`}
        onSubmit={(event) => {
          event.preventDefault();
          void signIn();
        }}
      >
        <span className={frame.brandMark}>
          <SeatMark size={32} />
        </span>
        <h1>{consoleText.signIn.title}</h1>
        {hasEnded && !refusal && <Banner tone="info">{consoleText.signIn.ended}</Banner>}
        <PasswordInput
          label={consoleText.signIn.label}
          description={consoleText.signIn.hint}
          autoComplete="current-password"
          required
          withAsterisk={false}
          error={refusal}
          value={token}
          onChange={(event) => {
            setToken(event.currentTarget.value);
            setRefusal(null);
          }}
        />
        <Button type="submit" loading={isAsking} disabled={token.trim() === ''}>
          {consoleText.signIn.button}
        </Button>
      </form>
    </main>
  );
}
