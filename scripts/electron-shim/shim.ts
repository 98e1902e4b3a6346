/**
 * Tests only: lets the shell, built for a current Electron and lowered in syntax, run on Electron 9.4.1 (Node 12.14,
 * Chromium 83). Loaded with `-r` before the application. It maps what the shell uses and nothing else; product code
 * knows nothing of it. What cannot be mapped (frames as senders, the sandbox, fuses) is left to types and unit tests.
 */
import { completeElectron, electronOf } from './electron-gaps.ts';
import { completeLanguage } from './language-gaps.ts';
import { completeNode, loadModules } from './node-gaps.ts';

completeLanguage();
completeNode();
completeElectron();
loadModules({ electron: electronOf });

/** Electron answers a surprise at load with a dialog that nobody can press. */
const SURPRISE = 70;
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.once(event, (thrown: unknown) => {
    // The application's own listener, once it has one, decides.
    if (process.listenerCount(event) > 0) return;
    console.error(event, thrown);
    process.exit(SURPRISE);
  });
}
