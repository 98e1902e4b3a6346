import { describe, expect, it } from 'vitest';
import { agreeCapabilities, agreeVersion, isAgreed } from '../../../server/agents/agreement.ts';
import { CAPABILITIES, type Fact } from '../../../shared/protocol.ts';
import { aHello } from '../../support/raw-agent.ts';

const head = (version: number, oldestVersion: number) => ({ type: 'hello' as const, version, oldestVersion });
const wish: Fact = { kind: 'wish', wishId: 'w', wish: { type: 'queue', productId: 'p' }, expiresInMs: 1 };
const summary: Fact = { kind: 'summarized', fromMs: 1, toMs: 2, facts: 1, sessions: [] };
const factsOf = (fact: Fact) => ({ type: 'facts' as const, facts: [{ seq: 1, fact }] });

describe('agreement', () => {
  it.each([
    [103, 100, 103],
    [102, 100, 102],
    [101, 100, 101],
    [100, 100, 100],
    [105, 103, 103],
    [105, 99, 103],
  ])('[P5] agent %i down to %i agrees on %i, the older of the two newest', (version, oldest, agreed) => {
    expect(agreeVersion(head(version, oldest))).toEqual({ ok: true, value: agreed });
  });

  it('[P6] an agent of before the oldest version is TOO_OLD', () => {
    expect(agreeVersion(head(99, 90))).toMatchObject({ ok: false, code: 'TOO_OLD' });
  });

  it('[P7] an agent that speaks only newer versions is TOO_NEW', () => {
    expect(agreeVersion(head(204, 200))).toMatchObject({ ok: false, code: 'TOO_NEW' });
  });

  it('[P9] agrees on capabilities that both name and ignores unknown ones', () => {
    const hello = aHello({ capabilities: ['wishes', 'time-travel'] });

    expect([...agreeCapabilities(102, hello).capabilities]).toEqual(['wishes']);
  });

  it.each([
    [100, []],
    [101, ['watch-pools', 'wishes']],
    [102, ['watch-pools', 'wishes', 'catalog-push']],
  ])('[P11] version %i has no capability that came later', (version, expected) => {
    const hello = aHello({ capabilities: [...CAPABILITIES] });

    expect([...agreeCapabilities(version, hello).capabilities]).toEqual(expected);
  });

  it('[P10] a watch or a wish without its capability is not agreed', () => {
    const bare = agreeCapabilities(102, aHello({ capabilities: [] }));
    const full = agreeCapabilities(102, aHello());

    expect(isAgreed(bare, { type: 'watch', pools: true })).toBe(false);
    expect(isAgreed(bare, factsOf(wish))).toBe(false);
    expect(isAgreed(full, { type: 'watch', pools: true })).toBe(true);
    expect(isAgreed(full, factsOf(wish))).toBe(true);
  });

  it('[P11] a fact kind newer than the agreed version is not agreed', () => {
    expect(isAgreed(agreeCapabilities(101, aHello()), factsOf(summary))).toBe(false);
    expect(isAgreed(agreeCapabilities(102, aHello()), factsOf(summary))).toBe(true);
  });

  it('[P4] a second hello is never agreed', () => {
    expect(isAgreed(agreeCapabilities(102, aHello()), aHello())).toBe(false);
  });
});
