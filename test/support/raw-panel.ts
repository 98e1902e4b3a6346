/** A browser without a page: comes in by the one-time address, keeps the cookie, and speaks the panel's socket. */
import WebSocket from 'ws';
import { Face } from './house-face.ts';

/** @param address of the `panelAddress` query; works once */
export async function openRawPanel(address: string): Promise<Face> {
  const entered = await fetch(address, { redirect: 'manual' });
  const cookie = entered.headers.get('set-cookie')?.split(';')[0];
  if (entered.status !== 303 || cookie === undefined)
    throw new Error(`the panel did not let us in: ${entered.status} ${await entered.text()}`);
  const { origin, host } = new URL(address);
  const page = await fetch(`${origin}/`, { headers: { cookie } });
  if (!page.ok) throw new Error(`the panel's page was not given: ${page.status} ${await page.text()}`);
  const socket = new WebSocket(`ws://${host}/api`, { headers: { origin, cookie }, perMessageDeflate: false });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
  });
  const face = new Face({ send: (frame) => socket.send(frame), close: () => socket.terminate() });
  socket.on('message', (data) => face.receive(String(data)));
  socket.on('close', () => face.ended());
  return face.watch();
}
