/** Random input for everything of the shell that reads what others wrote. fast-check prints the seed of a failure. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { autostartEntry, quoteExecArgument } from '../../main/shell/autostart-entry.ts';
import { PANEL_REQUEST_NAMES } from '../../main/shell/channels.ts';
import { openHostLink, type SocketEvents } from '../../main/shell/host-link.ts';
import { escapeBody, plainLine } from '../../main/shell/notice-markup.ts';
import { resolvePanelAddress } from '../../main/shell/panel-address.ts';
import { checkSender, decodePanelRequest } from '../../main/shell/panel-requests.ts';
import { busSocketPath } from '../../main/shell/session-bus.ts';
import { aState } from '../support/a-state.ts';
import { FakeClock } from '../support/fake-clock.ts';

const longerWhenAsked = { numRuns: process.env.USHER_TEST_LONG ? 20_000 : 1_000 };

const path = fc
  .array(
    fc.oneof(
      fc.string(),
      fc.constantFrom('..', '.', '%2e%2e', '%2f', '%5c', '\\', '//', 'etc', 'C:', '%00', '%ff'),
    ),
    {
      maxLength: 8,
    },
  )
  .map((parts) => parts.join('/'));

it('resolves every address to plain names below the panel, or refuses it', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        path.map((tail) => `app://panel/${tail}`),
        path.map((tail) => `app:${tail}`),
        fc.webUrl(),
        fc.string(),
      ),
      (address) => {
        const names = resolvePanelAddress(address);
        if (!names.ok) return;
        for (const name of names.value) {
          expect(name).not.toMatch(/^\.|[/\\:]|^$/);
          expect(name).not.toContain('\0');
        }
      },
    ),
    longerWhenAsked,
  );
});

it('decodes every request of a page to a value with a code or without, and never throws', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...PANEL_REQUEST_NAMES),
      fc.array(fc.anything(), { maxLength: 3 }),
      (name, args) => {
        const request = decodePanelRequest(name, args);
        if (request.ok) expect(request.value.name).toBe(name);
        else expect(request.code).toBe('BAD_ARGUMENTS');
      },
    ),
    longerWhenAsked,
  );
});

it('takes no origin but its own', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.webUrl(),
        fc.string().map((tail) => `app://panel${tail}`),
      ),
      (origin) => {
        expect(checkSender({ origin, parent: null }).ok).toBe(origin === 'app://panel');
      },
    ),
    longerWhenAsked,
  );
});

it('survives every text on the local socket, and attaches again afterwards', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(fc.string(), fc.json(), fc.constant('\n')), { maxLength: 12 }),
      async (chunks) => {
        const clock = new FakeClock();
        let socket: SocketEvents | null = null;
        let lastId = 0;
        const link = openHostLink({
          connect(events) {
            socket = events;
            return {
              write: (text) => {
                lastId = JSON.parse(text).id;
              },
              destroy: () => {},
            };
          },
          startHost: null,
          clock,
          log: { info: () => {}, warn: () => {} },
          onContact: () => {},
        });
        const events = (): SocketEvents => {
          if (!socket) throw new Error('no attempt yet');
          return socket;
        };

        events().onOpen();
        for (const chunk of chunks) events().onText(chunk);
        events().onClose();
        await clock.advanceAsync(10_000);
        events().onOpen();
        events().onText(`${JSON.stringify({ id: lastId, ok: true, output: aState() })}\n`);
        await clock.advanceAsync(0);

        expect(link.contact().state).toBe('attached');
        link.stop();
        expect(clock.pendingTimers).toBe(0);
      },
    ),
    { numRuns: longerWhenAsked.numRuns / 5 },
  );
});

it('lets no markup, no option and no line break through into a notification', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(escapeBody(text)).not.toMatch(/[<>\n]|^-|&(?!amp;|lt;|gt;)/);
      expect(plainLine(text)).not.toMatch(/^[-\s]|[\r\n]/);
    }),
    longerWhenAsked,
  );
});

/** Reads back one quoted argument as the Desktop Entry Specification says: the value's escapes, then the argument's. */
function readExecArgument(quoted: string): string {
  const value = quoted.replace(/\\(.)/gs, '$1');
  const inner = value.startsWith('"') ? value.slice(1, -1).replace(/\\(["`$\\])/g, '$1') : value;
  return inner.replaceAll('%%', '%');
}

it('writes every command into a desktop entry so that it reads back the same, on one line', () => {
  fc.assert(
    fc.property(fc.string(), (argument) => {
      expect(readExecArgument(quoteExecArgument(argument))).toBe(argument);
      const entry = autostartEntry(['/usher', argument]);
      if (entry === null) expect(argument).toMatch(/[\r\n\0]/);
      else expect(entry.split('\n').filter((line) => line.startsWith('Exec='))).toHaveLength(1);
    }),
    longerWhenAsked,
  );
});

it('reads every bus address without throwing', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((tail) => `unix:path=${tail}`),
      ),
      (address) => {
        expect(['string', 'object']).toContain(typeof busSocketPath(address));
      },
    ),
    longerWhenAsked,
  );
});
