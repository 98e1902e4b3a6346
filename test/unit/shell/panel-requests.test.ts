import { describe, expect, it } from 'vitest';
import { PANEL_REQUEST_NAMES } from '../../../main/shell/channels.ts';
import { checkSender, decodePanelRequest, handlePanelRequest } from '../../../main/shell/panel-requests.ts';
import { success } from '../../../shared/outcome.ts';
import { aLog } from './support/a-log.ts';

const PANEL = { origin: 'app://panel', parent: null };

describe('who may ask', () => {
  it('is the main frame of the panel', () => {
    expect(checkSender(PANEL)).toEqual(success(null));
  });

  it.each([
    ['a frame that is gone', null],
    ['a frame inside the panel', { origin: 'app://panel', parent: PANEL }],
    ['another host of the scheme', { origin: 'app://other', parent: null }],
    ['an origin that only begins like ours', { origin: 'app://panel.example.com', parent: null }],
    ['a site', { origin: 'https://panel', parent: null }],
    ['a page without an origin', { origin: 'null', parent: null }],
    ['an empty page', { origin: '', parent: null }],
    ['a file', { origin: 'file://', parent: null }],
  ])('is not %s', (_who, frame) => {
    expect(checkSender(frame)).toMatchObject({ ok: false, code: 'FOREIGN_SENDER' });
  });
});

describe('what may be asked', () => {
  it('is one message with exactly its input', () => {
    expect(decodePanelRequest('state', [null])).toEqual(success({ name: 'state' }));
    expect(decodePanelRequest('openLink', ['console'])).toEqual(
      success({ name: 'openLink', link: 'console' }),
    );
    expect(decodePanelRequest('claim', [{ offerId: 'o' }])).toEqual(
      success({ name: 'claim', input: { offerId: 'o' } }),
    );
  });

  it.each([
    ['state', []],
    ['state', [{}]],
    ['state', [null, null]],
    ['openLink', ['https://example.com']],
    ['openLink', [{ toString: 'help' }]],
    ['claim', []],
    ['claim', [{ offerId: 'o' }, 'more']],
    ['claim', [{ offerId: '' }]],
    ['claim', [{ offerId: 'o', admin: true }]],
    ['claim', [{ offerId: 'o'.repeat(129) }]],
    ['release', [null]],
    ['queue', [['autocad']]],
    ['dismissNotice', ['notice']],
  ] as const)('is not "%s" with %j', (name, args) => {
    expect(decodePanelRequest(name, args)).toMatchObject({ ok: false, code: 'BAD_ARGUMENTS' });
  });

  it('never names what steers the host or holds seats for processes', () => {
    expect(PANEL_REQUEST_NAMES).not.toEqual(expect.arrayContaining(['shutdown']));
    expect(PANEL_REQUEST_NAMES).not.toEqual(expect.arrayContaining(['hold']));
    expect(PANEL_REQUEST_NAMES).not.toEqual(expect.arrayContaining(['panelAddress']));
  });
});

describe('an answer', () => {
  it('is asked for only after both checks', async () => {
    const asked: unknown[] = [];
    const answer = async (request: unknown) => {
      asked.push(request);
      return success('done');
    };
    const log = aLog();

    const results = [
      await handlePanelRequest(null, 'state', [null], answer, log),
      await handlePanelRequest(PANEL, 'claim', [7], answer, log),
      await handlePanelRequest(PANEL, 'claim', [{ offerId: 'o' }], answer, log),
    ];

    expect(results).toMatchObject([
      { code: 'FOREIGN_SENDER' },
      { code: 'BAD_ARGUMENTS' },
      { ok: true, value: 'done' },
    ]);
    expect(asked).toEqual([{ name: 'claim', input: { offerId: 'o' } }]);
    expect(log.lines).toHaveLength(2);
  });

  it('is a code and a line in the log when it fails by surprise', async () => {
    const log = aLog();
    const answer = () => Promise.reject(new Error('disk on fire'));

    expect(await handlePanelRequest(PANEL, 'state', [null], answer, log)).toMatchObject({
      ok: false,
      code: 'INTERNAL',
    });
    expect(log.lines).toEqual(['warn ipc: state failed: disk on fire']);
  });
});
