/** Names of the channels between preload and ipc-host. Derived from the schema; nothing else may be sent. */
import { PAGE_COMMAND_NAMES, type PageCommandName } from '../../shared/agent-api.ts';

/** What the panel may ask for, one channel each. */
export const PANEL_REQUEST_NAMES = ['state', 'openLink', ...PAGE_COMMAND_NAMES] as const;
export type PanelRequestName = 'state' | 'openLink' | PageCommandName;

/** What the shell tells the panel by itself. */
export type PanelPushName = 'state' | 'carrier';

export const requestChannel = (name: PanelRequestName): string => `usher:${name}`;
export const pushChannel = (name: PanelPushName): string => `usher:push:${name}`;
