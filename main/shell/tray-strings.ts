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
} as const;

/** While the shell does not reach the agent host. */
export const awayText = {
  starting: 'Usher is starting.',
  away: (since: string) =>
    `No contact with Usher's agent on this workstation since ${since}; it is being started again. Nothing will be closed.`,
  'does-not-start':
    "Usher's agent on this workstation does not start. Install Usher again, or look into its log. Nothing will be closed.",
  'not-understood':
    "Usher's agent on this workstation is of another version than this window. Quit Usher and start it again.",
} as const;

export const noticeText = {
  yourTurn: (product: string) => `Your turn: ${product}`,
  denied: (product: string) => `No free seat: ${product}`,
  ended: (product: string) => `Usher: ${product}`,
} as const;
