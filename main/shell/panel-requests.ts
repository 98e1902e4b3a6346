/**
 * What a request of the page must be before anything is done with it: sent by the panel's own main frame, and fitting
 * the schema. Knows nothing of Electron; ipc-host.ts is the only caller.
 */

import type { AgentCommands, LinkName, PageCommandName } from '../../shared/agent-api.ts';
import { COMMAND_DECODERS, linkNameSchema } from '../../shared/agent-api-codec.ts';
import { failure, type Outcome, success } from '../../shared/outcome.ts';
import type { PanelRequestName } from './channels.ts';
import { type Log, messageOf } from './log.ts';

export const PANEL_ORIGIN = 'app://panel';

/** As much of Electron's WebFrameMain as the check needs. */
export interface SenderFrame {
  readonly origin: string;
  readonly parent: unknown;
}

export type PageCommand = {
  [K in PageCommandName]: { readonly name: K; readonly input: AgentCommands[K]['input'] };
}[PageCommandName];

export type PanelRequest =
  | { readonly name: 'state' }
  | { readonly name: 'openLink'; readonly link: LinkName }
  | PageCommand;

/**
 * Electron's security checklist, item 17: no frame (it navigated or died), another origin, or not the main frame
 * refuses, in this order. The origin is compared whole, and there is no exception for empty or about:blank pages.
 */
export function checkSender(frame: SenderFrame | null): Outcome<null, 'FOREIGN_SENDER'> {
  if (frame === null) return failure('FOREIGN_SENDER', 'The page that asked is gone.');
  if (frame.origin !== PANEL_ORIGIN)
    return failure('FOREIGN_SENDER', 'Only the panel may ask; this page is not it.');
  if (frame.parent !== null)
    return failure('FOREIGN_SENDER', 'Only the panel itself may ask, not a frame inside it.');
  return success(null);
}

const malformed = (name: PanelRequestName) =>
  failure(
    'BAD_ARGUMENTS',
    `The panel sent "${name}" with something that does not fit; open the panel again.`,
  );

/** @param args what came over the channel, of any type and number */
export function decodePanelRequest(
  name: PanelRequestName,
  args: readonly unknown[],
): Outcome<PanelRequest, 'BAD_ARGUMENTS'> {
  if (args.length !== 1) return malformed(name);
  const [input] = args;
  if (name === 'state') return input === null ? success({ name }) : malformed(name);
  if (name === 'openLink') {
    const link = linkNameSchema.safeParse(input);
    return link.success ? success({ name, link: link.data }) : malformed(name);
  }
  const decoded = COMMAND_DECODERS[name].safeParse(input);
  // The decoder of `name` made this input, which the type of a lookup by a union cannot say.
  return decoded.success ? success({ name, input: decoded.data } as PageCommand) : malformed(name);
}

export type AnswerPanel = (request: PanelRequest) => Promise<Outcome<unknown>>;

/** Checks one request and answers it; never throws, because Electron would pass on only the message. */
export async function handlePanelRequest(
  frame: SenderFrame | null,
  name: PanelRequestName,
  args: readonly unknown[],
  answer: AnswerPanel,
  log: Log,
): Promise<Outcome<unknown>> {
  const sender = checkSender(frame);
  if (!sender.ok) {
    log.warn('ipc', `refused ${name}: ${sender.message}`);
    return sender;
  }
  const request = decodePanelRequest(name, args);
  if (!request.ok) {
    log.warn('ipc', `refused ${name}: its arguments do not fit the schema`);
    return request;
  }
  try {
    return await answer(request.value);
  } catch (thrown) {
    log.warn('ipc', `${name} failed: ${messageOf(thrown)}`);
    return failure('INTERNAL', 'Usher could not do this; try again, and look into its log if it stays so.');
  }
}
