/** Entry of the panel: finds its carrier (Electron's preload, or a loopback socket in a browser) and draws. */
// First: the policy of the page forbids what zod would otherwise probe for.
import '../../shared/jitless.ts';
import type { PanelBridge } from '../../shared/agent-api.ts';
import { drawPage } from '../kit/page.tsx';
import { Panel } from './panel.tsx';

declare global {
  interface Window {
    /** Set by the shell's preload; absent in a browser. */
    readonly usher?: PanelBridge;
  }
}

async function findBridge(): Promise<PanelBridge> {
  if (window.usher) return window.usher;
  // Only a browser needs the socket and the decoders.
  const { openPageBridge } = await import('./browser-bridge.ts');
  return openPageBridge();
}

drawPage(<Panel bridge={await findBridge()} />);
