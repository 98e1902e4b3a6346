/** The engineer's page, put together: everything it shows comes from one AgentState by way of viewAgent. */
import { useEffect, useMemo, useRef, useState } from 'react';
import type { AgentState, PanelBridge } from '../../shared/agent-api.ts';
import { type AgentView, viewAgent } from '../../shared/agent-view.ts';
import { formatDuration } from '../../shared/durations.ts';
import { freshness, moments } from '../../shared/strings.ts';
import { contactText } from '../../shared/strings-contact.ts';
import { panelText } from '../../shared/strings-panel.ts';
import { Announcer } from '../kit/announcer.tsx';
import { Banner } from '../kit/banner.tsx';
import { useNow } from '../kit/clock.ts';
import { EmptyState } from '../kit/empty-state.tsx';
import { formatClock } from '../kit/format.ts';
import { Message } from '../kit/message.tsx';
import { SeatMark } from '../kit/seat-mark.tsx';
import { toneClass } from '../kit/tone-badge.tsx';
import { Attention } from './attention.tsx';
import { Footer } from './footer.tsx';
import { Header } from './header.tsx';
import { Help } from './help.tsx';
import { Here } from './here.tsx';
import { MyContact } from './my-contact.tsx';
import styles from './panel.module.css';
import { onlyQueueAction } from './pool-row.tsx';
import { Seats } from './seats.tsx';
import { useAgentLink, useWishes } from './use-agent.ts';
import { type Shortcuts, useShortcuts } from './use-shortcuts.ts';

/** Lengths on the page are in minutes; only the countdown needs seconds, and has them itself. */
const REDRAW_MS = 5_000;

export function Panel({ bridge }: { readonly bridge: PanelBridge }) {
  const { state, isCarrierConnected } = useAgentLink(bridge);
  if (!state) {
    return (
      <main className={styles.panel}>
        <EmptyState>{isCarrierConnected ? panelText.loading : moments.carrierLost()}</EmptyState>
      </main>
    );
  }
  return <LoadedPanel bridge={bridge} state={state} isCarrierConnected={isCarrierConnected} />;
}

interface LoadedPanelProps {
  readonly bridge: PanelBridge;
  readonly state: AgentState;
  readonly isCarrierConnected: boolean;
}

function LoadedPanel({ bridge, state, isCarrierConnected }: LoadedPanelProps) {
  // A push is newer than the last step of the page's own clock.
  const nowMs = Math.max(useNow(REDRAW_MS), state.asOfMs);
  const view = useMemo(() => viewAgent(state, nowMs, formatClock), [state, nowMs]);
  const wishes = useWishes(bridge, isCarrierConnected);
  const [search, setSearch] = useState('');
  const [isHelpOpen, setHelpOpen] = useState(false);
  const [isContactOpen, setContactOpen] = useState(false);
  const [openPoolIds, setOpenPoolIds] = useState<ReadonlySet<string>>(new Set());
  const searchField = useRef<HTMLInputElement>(null);

  const toggle = (poolId: string) =>
    setOpenPoolIds((open) => (open.has(poolId) ? without(open, poolId) : new Set([...open, poolId])));
  const showHolders = (productId: string) => {
    const pool = state.pools?.pools.find(({ productIds }) => productIds.includes(productId));
    if (!pool) return;
    setSearch('');
    setOpenPoolIds((open) => new Set([...open, pool.poolId]));
    document.querySelector<HTMLElement>(`[data-pool-id="${CSS.escape(pool.poolId)}"]`)?.focus();
  };
  const shortcuts = useMemo((): Shortcuts => {
    return {
      focusSearch: () => searchField.current?.focus(),
      clear: () => setSearch(''),
      help: () => setHelpOpen(true),
      claim: () => {
        const [offer] = view.offers;
        if (offer) wishes.run(offer.claim);
        else wishes.say({ tone: 'neutral', text: panelText.nothingToClaim });
      },
      queue: (poolId) => {
        const products = view.products.filter(({ product }) => product.poolIds.some((id) => id === poolId));
        const queue = onlyQueueAction(products);
        if (queue) wishes.run(queue);
        else wishes.say({ tone: 'neutral', text: panelText.rowCannotQueue });
      },
    };
  }, [view, wishes]);
  useShortcuts(shortcuts, !isHelpOpen && !isContactOpen);
  useEffect(() => {
    document.title = view.tooltip;
  }, [view.tooltip]);

  return (
    <div className={styles.panel}>
      <Header
        search={search}
        onSearch={setSearch}
        searchField={searchField}
        isLive={view.isLive && isCarrierConnected}
        freshness={isCarrierConnected ? view.freshness : freshness.asOf(formatClock(state.asOfMs, nowMs))}
        onHelp={() => setHelpOpen(true)}
      />
      <main className={styles.main}>
        <div className={styles.wholeLine}>
          <Headline view={view} />
          <Contact state={state} view={view} isCarrierConnected={isCarrierConnected} nowMs={nowMs} />
        </div>
        <div className={styles.column}>
          <Attention view={view} wishes={wishes} nowMs={nowMs} onShowHolders={showHolders} />
          <Here view={view} watchedProducts={state.watchedProducts} wishes={wishes} nowMs={nowMs} />
        </div>
        <Seats
          view={view}
          isKnown={state.pools !== null}
          search={search}
          openPoolIds={openPoolIds}
          onToggle={toggle}
          wishes={wishes}
          nowMs={nowMs}
        />
      </main>
      <Footer state={state} onOpenContact={() => setContactOpen(true)} />
      <Announcer text={view.headline} />
      <Message message={wishes.message} onClose={wishes.clearMessage} />
      {isContactOpen && (
        <MyContact
          bridge={bridge}
          onClose={(isSaved) => {
            setContactOpen(false);
            if (isSaved) wishes.say({ tone: 'positive', text: contactText.saved });
          }}
        />
      )}
      {isHelpOpen && (
        <Help onClose={() => setHelpOpen(false)} onOpenConsole={() => void bridge.openLink('console')} />
      )}
    </div>
  );
}

function without(set: ReadonlySet<string>, member: string): ReadonlySet<string> {
  return new Set([...set].filter((other) => other !== member));
}

/** The first line, unless a card below says the same at greater length; then it is there for screen readers only. */
function Headline({ view }: { readonly view: AgentView }) {
  const cards = [view.offers, view.warnings, view.requests, view.denials];
  const isSaidBelow = view.connectionSentence !== null || cards.some(({ length }) => length > 0);
  if (isSaidBelow) return <h1 className={styles.hiddenHeadline}>{view.headline}</h1>;
  return (
    <h1 className={`${styles.headline} ${toneClass(view.tone)}`}>
      <span className={styles.headlineMark}>
        <SeatMark isFilled={view.trayShape.kind === 'filled'} />
      </span>
      {view.headline}
    </h1>
  );
}

interface ContactProps {
  readonly state: AgentState;
  readonly view: AgentView;
  readonly isCarrierConnected: boolean;
  readonly nowMs: number;
}

/** Nothing while all is well. */
function Contact({ state, view, isCarrierConnected, nowMs }: ContactProps) {
  if (!isCarrierConnected) return <Banner tone="attention">{moments.carrierLost()}</Banner>;
  if (view.connectionSentence === null) return null;
  const { connection } = state;
  const nextTry = connection.state === 'offline' ? connection.nextTryAtMs : null;
  return (
    <Banner tone={connection.state === 'refused' ? 'warning' : 'attention'}>
      <p>{view.connectionSentence}</p>
      {state.outboxWaiting > 0 && <p>{moments.outboxWaiting(state.outboxWaiting)}</p>}
      {nextTry !== null && nextTry > nowMs && <p>{moments.nextTry(formatDuration(nextTry - nowMs))}</p>}
    </Banner>
  );
}
