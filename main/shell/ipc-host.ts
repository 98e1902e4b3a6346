/** The only importer of `ipcMain`: checks the sender, decodes, answers with an Outcome, pushes snapshots. */
import { ipcMain, type WebContents } from 'electron';
import type { AgentState } from '../../shared/agent-api.ts';
import { PANEL_REQUEST_NAMES, pushChannel, requestChannel } from './channels.ts';
import type { Log } from './log.ts';
import { type AnswerPanel, handlePanelRequest } from './panel-requests.ts';

/** Answers the panel until the returned function is called. */
export function servePanel(answer: AnswerPanel, log: Log): () => void {
  for (const name of PANEL_REQUEST_NAMES)
    ipcMain.handle(requestChannel(name), (event, ...args: unknown[]) =>
      handlePanelRequest(event.senderFrame, name, args, answer, log),
    );
  return () => {
    for (const name of PANEL_REQUEST_NAMES) ipcMain.removeHandler(requestChannel(name));
  };
}

export function pushState(page: WebContents, state: AgentState): void {
  page.send(pushChannel('state'), state);
}

/** Tells the panel whether the shell reaches the agent host. */
export function pushCarrier(page: WebContents, isConnected: boolean): void {
  page.send(pushChannel('carrier'), isConnected);
}
