/** What only the tray and the notifications say; what every face says is in shared/strings.ts. */
import { ordinal } from '../../shared/strings.ts';

export const menuText = {
  whoHasOne: 'Who has a seat…',
  queueFor: 'Queue for',
  /** A tray menu can only name what the panel shows better. */
  moreInPanel: (more: number) => `${more} more in the panel…`,
  openUsher: 'Open Usher',
  sensors: "What Usher's sensors say",
  startAtLogin: 'Start at login',
  quit: 'Quit',
  pending: (label: string) => `${label} (sent)`,
  offline: (label: string) => `${label} (no contact)`,
  offer: (product: string, until: string) => `${product}: your turn until ${until}`,
  ticket: (product: string, place: number) => `${product}: ${ordinal(place)} in the queue`,
  held: (product: string, since: string) => `${product}: you hold a seat since ${since}`,
  overage: (product: string) => `${product}: runs without a seat`,
  denied: (product: string) => `${product}: no seat was free`,
  asked: (product: string, until: string) => `${product}: somebody asks for your seat until ${until}`,
  youAsked: (product: string, holder: string) => `${product}: you asked ${holder}`,
  warned: (product: string, until: string) => `${product}: an admin takes your seat back at ${until}`,
  aside: (product: string, sentence: string) => `${product}: ${sentence}`,
} as const;

/** While the shell does not reach the agent host: as they stand after "Usher: ", like the shared headlines. */
export const awayText = {
  starting: 'starting.',
  away: (since: string) =>
    `no contact with the agent on this workstation since ${since}; it is being started again; nothing will be closed.`,
  'does-not-start':
    'the agent on this workstation does not start; install Usher again or look into its log; nothing will be closed.',
  'not-understood':
    'the agent on this workstation is of another version than this window; quit Usher and start it again.',
} as const;

export const noticeText = {
  yourTurn: (product: string) => `Your turn: ${product}`,
  denied: (product: string) => `No free seat: ${product}`,
  ended: (product: string) => `Usher: ${product}`,
  asked: (product: string) => `Somebody asks for your seat: ${product}`,
  warned: (product: string) => `Your seat ends: ${product}`,
} as const;
