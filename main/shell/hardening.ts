/**
 * What the page may never do, each rule with its item of Electron's security checklist
 * (https://www.electronjs.org/docs/latest/tutorial/security). No feature lives here, only refusals and the link list.
 */
import { app, type Session, shell, type WebContents } from 'electron';
import type { LinkName } from '../../shared/agent-api.ts';
import { failure, type Outcome, success } from '../../shared/outcome.ts';
import { isAllowedLink } from './config.ts';
import { type Log, messageOf } from './log.ts';
import { isPanelAddress } from './panel-address.ts';

/** Never resolves, so Chromium has nowhere to fetch dictionaries from. */
const NO_ADDRESS = 'https://0.0.0.0/';

/** Only the kind of an address may reach the log, never the address. */
const kindOf = (address: string): string => (URL.canParse(address) ? new URL(address).protocol : 'malformed');

/** Items 5 and 7, and what Chromium would do on its own: no permission, no request, no dictionary, no silent login. */
export function hardenSession(session: Session, log: Log): void {
  session.setPermissionRequestHandler((_page, permission, decide) => {
    log.warn('hardening', `refused the permission ${permission}`);
    decide(false);
  });
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest((details, decide) => {
    const isForeign = !isPanelAddress(details.url) && kindOf(details.url) !== 'devtools:';
    if (isForeign) log.warn('hardening', `refused a request to ${kindOf(details.url)}`);
    decide({ cancel: isForeign });
  });
  session.on('will-download', (event) => {
    event.preventDefault();
    log.warn('hardening', 'refused a download');
  });
  session.allowNTLMCredentialsForDomains('');
  session.setSpellCheckerEnabled(false);
  session.setSpellCheckerDictionaryDownloadURL(NO_ADDRESS);
}

/** Items 11 to 14, for every page that Electron ever makes: no navigation, no redirect, no window, no webview. */
export function hardenPages(log: Log): void {
  app.on('web-contents-created', (_event, page) => hardenPage(page, log));
}

function hardenPage(page: WebContents, log: Log): void {
  const refuse =
    (what: string) =>
    (event: { preventDefault(): void }): void => {
      event.preventDefault();
      log.warn('hardening', `refused ${what}`);
    };
  page.on('will-navigate', refuse('a navigation'));
  page.on('will-frame-navigate', refuse('a navigation of a frame'));
  page.on('will-redirect', refuse('a redirect'));
  page.on('will-attach-webview', refuse('a webview'));
  page.setWindowOpenHandler(() => {
    log.warn('hardening', 'refused a new window');
    return { action: 'deny' };
  });
}

/** Item 15: the page names a link, the configuration owns its address, and that was checked when it was read. */
export async function openLink(
  links: Readonly<Record<LinkName, string | null>>,
  name: LinkName,
): Promise<Outcome<null, 'NO_ADDRESS' | 'NOT_OPENED'>> {
  const address = links[name];
  if (!address || !isAllowedLink(address))
    return failure('NO_ADDRESS', `No address is set for "${name}"; ask the person who looks after Usher.`);
  try {
    await shell.openExternal(address);
    return success(null);
  } catch (thrown) {
    return failure('NOT_OPENED', `The browser could not be opened: ${messageOf(thrown)}`);
  }
}
