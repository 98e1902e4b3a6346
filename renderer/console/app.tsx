/** Whether somebody is signed in, and what they then see. */
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { z } from 'zod';
import { aboutSchema, sessionStateSchema } from '../../shared/rest.ts';
import { consoleText } from '../../shared/strings-console.ts';
import { pageClock } from '../kit/clock.ts';
import { EmptyState } from '../kit/empty-state.tsx';
import { makeApi } from './api.ts';
import { Shell } from './shell.tsx';
import { SignIn } from './sign-in.tsx';

type Door =
  | { readonly state: 'asking' }
  | { readonly state: 'unreachable' }
  | { readonly state: 'outside'; readonly hasEnded: boolean }
  | { readonly state: 'inside'; readonly about: z.infer<typeof aboutSchema> };

const RETRY_MS = 3_000;

export function App() {
  const [door, setDoor] = useState<Door>({ state: 'asking' });
  const api = useMemo(
    () =>
      makeApi({
        fetch: (path, init) => fetch(path, init),
        warn: (sentence, cause) => console.warn(sentence, cause),
        onSignedOut: () => setDoor((now) => ({ state: 'outside', hasEnded: now.state === 'inside' })),
      }),
    [],
  );
  const enter = useCallback(async () => {
    const about = await api.send('GET', '/about', aboutSchema);
    const session = await api.send('GET', '/session', sessionStateSchema);
    if (!about.ok || !session.ok) setDoor({ state: 'unreachable' });
    else if (session.value.signedIn) setDoor({ state: 'inside', about: about.value });
    else setDoor({ state: 'outside', hasEnded: false });
  }, [api]);
  useEffect(() => void enter(), [enter]);
  useEffect(() => {
    if (door.state !== 'unreachable') return;
    return pageClock.setTimer(() => void enter(), RETRY_MS);
  }, [door, enter]);

  switch (door.state) {
    case 'asking':
      return <EmptyState>{consoleText.loading}</EmptyState>;
    case 'unreachable':
      return <EmptyState>{consoleText.unreachable}</EmptyState>;
    case 'outside':
      return <SignIn api={api} hasEnded={door.hasEnded} onSignedIn={() => void enter()} />;
    case 'inside':
      return (
        <Shell
          api={api}
          about={door.about}
          onSignOut={async () => {
            await api.send('DELETE', '/session', null);
            setDoor({ state: 'outside', hasEnded: false });
          }}
        />
      );
  }
}
