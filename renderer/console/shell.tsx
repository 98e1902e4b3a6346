/** The signed-in console: navigation, the page of the address, live data for all of them. */
import { Button } from '@mantine/core';
import { Suspense, useCallback, useEffect, useMemo, useState } from 'react';
import type { z } from 'zod';
import type { aboutSchema } from '../../shared/rest.ts';
import { consoleText } from '../../shared/strings-console.ts';
import { EmptyState } from '../kit/empty-state.tsx';
import { Message, type MessageContent } from '../kit/message.tsx';
import { hurryWithPage, pagePorts } from '../kit/reconnecting-socket.ts';
import { SeatMark } from '../kit/seat-mark.tsx';
import type { Api } from './api.ts';
import styles from './console.module.css';
import { ConsoleContext } from './console-context.ts';
import { openLive } from './live.ts';
import { PAGES } from './pages.ts';
import { hrefOf, PAGE_NAMES, useRoute } from './route.ts';
import frame from './shell.module.css';
import { ConsoleDataContext, makeQueryCache } from './use-query.ts';

interface ShellProps {
  readonly api: Api;
  readonly about: z.infer<typeof aboutSchema>;
  readonly onSignOut: () => Promise<void>;
}

export function Shell({ api, about, onSignOut }: ShellProps) {
  const route = useRoute();
  const [message, say] = useState<MessageContent | null>(null);
  const [live] = useState(() =>
    openLive({ ...pagePorts('/api/v1/live'), warn: (text) => console.warn(text) }),
  );
  const [data] = useState(() => ({ api, cache: makeQueryCache() }));
  const context = useMemo(() => ({ live, serverVersion: about.version, say }), [live, about.version]);
  const clearMessage = useCallback(() => say(null), []);
  useEffect(() => {
    const stopHurry = hurryWithPage(live);
    return () => {
      stopHurry();
      live.stop();
    };
  }, [live]);
  useEffect(() => {
    document.title = `${consoleText.pages[route.page]} - ${consoleText.title}`;
  }, [route.page]);
  const { Page } = PAGES[route.page];

  return (
    <ConsoleDataContext value={data}>
      <ConsoleContext value={context}>
        <div className={frame.shell}>
          <Side current={route.page} isDemo={about.demo} version={about.version} onSignOut={onSignOut} />
          <main className={styles.page}>
            <Suspense fallback={<EmptyState>{consoleText.loading}</EmptyState>}>
              <Page key={`${route.page} ${route.subjectId}`} route={route} />
            </Suspense>
          </main>
        </div>
        <Message message={message} onClose={clearMessage} />
      </ConsoleContext>
    </ConsoleDataContext>
  );
}

interface SideProps {
  readonly current: string;
  readonly isDemo: boolean;
  readonly version: string;
  readonly onSignOut: () => Promise<void>;
}

function Side({ current, isDemo, version, onSignOut }: SideProps) {
  return (
    <div className={frame.side}>
      <div className={frame.brand}>
        <span className={frame.brandMark}>
          <SeatMark size={22} />
        </span>
        <span>{consoleText.title}</span>
      </div>
      <nav className={frame.nav} aria-label={consoleText.navigation}>
        <ul className={frame.navList}>
          {PAGE_NAMES.map((name) => {
            const { Icon } = PAGES[name];
            return (
              <li key={name}>
                <a
                  className={frame.navLink}
                  href={hrefOf(name)}
                  aria-current={current === name ? 'page' : undefined}
                >
                  <Icon size={17} aria-hidden="true" />
                  {consoleText.pages[name]}
                </a>
              </li>
            );
          })}
        </ul>
      </nav>
      <div className={frame.sideFoot}>
        {isDemo && <span>{consoleText.demo}</span>}
        <span>Usher {version}</span>
        <Button size="xs" variant="default" onClick={() => void onSignOut()}>
          {consoleText.signOut}
        </Button>
      </div>
    </div>
  );
}
