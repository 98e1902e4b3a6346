/**
 * The bridge of the panel: one function per message of the schema, nothing of Electron. It runs sandboxed beside the
 * page, trusts neither side, and stays tiny: names and types come from agent-api.ts, decoders stay in the shell.
 */
import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron';
import type { AgentState, PanelBridge } from '../../shared/agent-api.ts';
import type { Outcome } from '../../shared/outcome.ts';
import { type PanelPushName, type PanelRequestName, pushChannel, requestChannel } from './channels.ts';

const ask = (name: PanelRequestName, input: unknown) => ipcRenderer.invoke(requestChannel(name), input);

/** Of an exception Electron passes only the message, so outcomes travel as values and are opened here. */
async function askOrThrow<T>(name: PanelRequestName, input: unknown): Promise<T> {
  const outcome: Outcome<T> = await ask(name, input);
  if (!outcome.ok) throw new Error(outcome.message);
  return outcome.value;
}

/** The listener gets the value only, never the event: that would hand the page Electron's sender. */
function listen<T>(name: PanelPushName, listener: (value: T) => void): () => void {
  const channel = pushChannel(name);
  const deliver = (_event: IpcRendererEvent, value: T): void => listener(value);
  ipcRenderer.on(channel, deliver);
  return () => {
    ipcRenderer.removeListener(channel, deliver);
  };
}

const bridge: PanelBridge = {
  carrier: 'electron',
  state: () => askOrThrow<AgentState>('state', null),
  queue: (input) => ask('queue', input),
  leave: (input) => ask('leave', input),
  claim: (input) => ask('claim', input),
  decline: (input) => ask('decline', input),
  release: (input) => ask('release', input),
  defer: (input) => ask('defer', input),
  askHolder: (input) => ask('askHolder', input),
  answerHandover: (input) => ask('answerHandover', input),
  dismissNotice: (input) => ask('dismissNotice', input),
  myContact: (input) => ask('myContact', input),
  setContact: (input) => ask('setContact', input),
  openLink: (name) => askOrThrow<void>('openLink', name),
  onState: (listener) => listen('state', listener),
  onCarrier: (listener) => listen('carrier', listener),
};

contextBridge.exposeInMainWorld('usher', bridge);
