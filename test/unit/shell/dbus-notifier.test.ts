import { expect, it } from 'vitest';
import { makeDbusNotifier } from '../../../main/shell/dbus-notifier.ts';
import { drawIcon } from '../../../main/shell/icon-pixels.ts';
import { actionsOf, escapeBody, plainLine } from '../../../main/shell/notice-markup.ts';
import type { Notice } from '../../../main/shell/notices.ts';
import {
  type BusCall,
  type BusSignal,
  busSocketPath,
  type SessionBus,
} from '../../../main/shell/session-bus.ts';
import type { ShellAction } from '../../../main/shell/shell-action.ts';
import { failure, success } from '../../../shared/outcome.ts';
import { aLog } from './support/a-log.ts';

it.each([
  ['<b>bold</b> & "more"', '&lt;b&gt;bold&lt;/b&gt; &amp; "more"'],
  ['&lt;', '&amp;lt;'],
  ['--version', 'version'],
  [' \n- -x', 'x'],
  ['two\nlines\tand\u0000nul', 'two lines and nul'],
  ['3 < 4 - 1', '3 &lt; 4 - 1'],
  ['', ''],
])('writes the body %j as %j', (text, body) => {
  expect(escapeBody(text)).toBe(body);
});

it('takes leading dashes from titles and leaves markup there, which titles do not have', () => {
  expect(plainLine('--help <b>')).toBe('help <b>');
});

it.each([
  ['unix:path=/run/user/1000/bus', '/run/user/1000/bus'],
  ['unix:path=/tmp/dbus-x,guid=00ff', '/tmp/dbus-x'],
  ['unix:abstract=/tmp/dbus-x,guid=1', '\0/tmp/dbus-x'],
  ['unix:path=/a%20b', '/a b'],
  ['tcp:host=localhost,port=1;unix:path=/second', '/second'],
  ['autolaunch:', null],
  ['tcp:host=localhost,port=1', null],
  ['', null],
  ['unix:path=/broken%zz', '/broken%zz'],
])('finds the socket of the bus address %j', (address, path) => {
  expect(busSocketPath(address)).toBe(path);
});

const CLAIM: ShellAction = { type: 'command', command: { name: 'claim', input: { offerId: 'o' } } };
const OFFER: Notice = {
  key: 'offer o',
  title: 'Your turn',
  body: 'Until 14:07.',
  urgency: 'normal',
  buttons: [{ label: '-Claim', action: CLAIM }],
};

function notifier(answers: Partial<Record<string, Awaited<ReturnType<SessionBus['call']>>>> = {}) {
  const calls: BusCall[] = [];
  const fallbackShown: string[] = [];
  const told: unknown[] = [];
  let deliver: (signal: BusSignal) => void = () => {};
  let lastId = 40;
  const bus: SessionBus = {
    async call(call) {
      calls.push(call);
      return answers[call.member] ?? success(call.member === 'Notify' ? ++lastId : undefined);
    },
    listen(_name, listener) {
      deliver = listener;
    },
    close() {},
  };
  const made = makeDbusNotifier(
    {
      bus,
      icon: () => drawIcon({ kind: 'filled' }, 'positive', 16, 'light'),
      openLabel: 'Open Usher',
      fallback: { show: ({ key }) => void fallbackShown.push(key), close: () => {}, stop: () => {} },
      log: aLog(),
    },
    { onAction: (key, action) => told.push([key, action]), onClosed: (key) => told.push([key, 'closed']) },
  );
  const signal = (member: string, ...body: unknown[]): void =>
    deliver({ path: '/x', interface: 'org.freedesktop.Notifications', member, sender: ':1', body });
  return { made, calls, told, fallbackShown, signal };
}
const settle = () => new Promise((resolve) => setImmediate(resolve));

it('numbers the buttons, adds the click, and keeps dashes out of labels', () => {
  expect(actionsOf(OFFER, 'Open Usher')).toEqual(['0', 'Claim', 'default', 'Open Usher']);
});

it('replaces by the number of the server and closes by it', async () => {
  const { made, calls } = notifier();

  made.show(OFFER);
  await settle();
  made.show({ ...OFFER, urgency: 'critical' });
  await settle();
  made.close(OFFER.key);

  expect(calls.map(({ member, body }) => [member, member === 'Notify' ? body?.[1] : body?.[0]])).toEqual([
    ['Notify', 0],
    ['Notify', 41],
    ['CloseNotification', 42],
  ]);
});

it('closes what was closed before the server had numbered it', async () => {
  const { made, calls } = notifier();

  made.show(OFFER);
  made.close(OFFER.key);
  await settle();

  expect(calls.at(-1)).toMatchObject({ member: 'CloseNotification', body: [41] });
});

it('understands presses, clicks and closings of its own notifications only', async () => {
  const { made, told, signal } = notifier();
  made.show(OFFER);
  await settle();

  signal('ActionInvoked', 7, '0');
  signal('ActionInvoked', 41, '0');
  signal('ActionInvoked', 41, 'default');
  signal('ActionInvoked', 41, '5');
  signal('ActionInvoked', 41, { evil: true });
  signal('NotificationClosed', 41, 2);
  signal('NotificationClosed', 41, 2);

  expect(told).toEqual([
    ['offer o', CLAIM],
    ['offer o', { type: 'open-panel' }],
    ['offer o', 'closed'],
  ]);
});

it.each([
  ['silent', failure('BUS_SILENT', 'Notify was not answered in time.')],
  ['gone', failure('BUS_GONE', 'The session bus is gone.')],
  ['answering nonsense', success('number')],
] as const)('shows the notice another way when the server is %s', async (_how, answer) => {
  const { made, fallbackShown } = notifier({ Notify: answer });

  made.show(OFFER);
  await settle();

  expect(fallbackShown).toEqual(['offer o']);
});
