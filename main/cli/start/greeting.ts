/** Once the agent host answers: the addresses of panel and console, and the panel itself. */
import { type Context, flag, type Input } from '../context.ts';
import type { LocalHost } from '../local-host.ts';
import { electronPath, hasDisplay, isRoot, thisPlatform } from '../system-places.ts';
import { openInBrowser } from './browser.ts';
import type { RunningDownload } from './electron-runtime.ts';
import { choosePanelWay, createPanelOpener, hasShellBundle } from './panel-opener.ts';
import type { Screen } from './screen.ts';

export interface GreetingPorts {
  readonly opensPanel: boolean;
  /** The connection of this moment. */
  host(): LocalHost | null;
  consoleUrl(): string | null;
  startShell(electronPath: string): void;
  /** null: this run does not see to Electron's runtime. */
  readonly download: (() => RunningDownload) | null;
}

export interface Greeting {
  /** Greets once; later calls do nothing. */
  greet(): void;
  openBrowser(): void;
  cancel(): void;
}

export function createGreeting(
  context: Context,
  input: Input,
  screen: Screen,
  ports: GreetingPorts,
): Greeting {
  let hasGreeted = false;
  const panelUrl = async () => {
    const answer = await ports.host()?.query('panelAddress', null);
    return answer?.ok ? answer.value.url : null;
  };
  const opener = createPanelOpener({
    clock: context.clock,
    screen,
    panelUrl,
    openInBrowser: (url) => openInBrowser(url, context.clock),
    startShell: ports.startShell,
    download: ports.download ?? (() => ({ done: Promise.resolve({ kind: 'impossible' }), cancel: () => {} })),
  });

  async function greetOnce(): Promise<void> {
    screen.addresses({ panelUrl: await panelUrl(), consoleUrl: ports.consoleUrl() });
    if (ports.host() === null) return;
    const named = context.environment.electronPath;
    const runtime = named ?? electronPath(context.rootDir, thisPlatform());
    const facts = {
      mayOpen: ports.opensPanel,
      prefersBrowser: flag(input, 'browser') || (runtime === null && ports.download === null),
      hasDisplay: hasDisplay(context.environment),
      // Whoever names an Electron answers for how it runs.
      isRoot: isRoot() && named === null,
      hasShell: hasShellBundle(context.rootDir),
      electronPath: runtime,
    };
    await opener.open(choosePanelWay(facts));
  }

  const orSay = (work: Promise<void>) =>
    void work.catch((cause: unknown) =>
      screen.say(`The panel could not be opened: ${String(cause)}`, 'warning', 'panel'),
    );
  return {
    greet() {
      if (hasGreeted) return;
      hasGreeted = true;
      orSay(greetOnce());
    },
    openBrowser: () => orSay(opener.openBrowser()),
    cancel: () => opener.cancel(),
  };
}
