import { describe, expect, it } from 'vitest';
import { bearerToken, hashSecret, makeSecret } from '../../../server/agents/secrets.ts';
import { readSessionCookie, sessionCookie } from '../../../server/http/cookie.ts';
import { isHostAllowed, isOriginAllowed } from '../../../server/http/guard.ts';
import { idFromName } from '../../../server/http/id-from-name.ts';
import { decodeCursor, encodeCursor, pageOfList } from '../../../server/http/paging.ts';
import { createTryLimit, TRIES_PER_MINUTE } from '../../../server/http/try-limit.ts';
import { FakeClock } from '../../support/fake-clock.ts';

describe('Host', () => {
  it.each(['localhost', 'localhost:4780', '127.0.0.1:80', '[::1]:4780', 'LOCALHOST:1'])(
    '%s is ours',
    (host) => {
      expect(isHostAllowed(host, [])).toBe(true);
    },
  );

  it.each([
    undefined,
    '',
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example:4780',
    'localhost:x',
    'user@localhost',
    '169.254.1.1',
    'a b',
  ])('%s is not ours', (host) => {
    expect(isHostAllowed(host, [])).toBe(false);
  });

  it('a public name is ours under any port and case', () => {
    expect(isHostAllowed('Usher.Example:8443', ['usher.example'])).toBe(true);
    expect(isHostAllowed('usher.example.org', ['usher.example'])).toBe(false);
  });
});

describe('Origin', () => {
  it.each([
    [undefined, true],
    ['http://localhost:4780', true],
    ['https://localhost:4780', true],
    ['http://localhost:4781', false],
    ['http://evil.example', false],
    ['null', false],
    ['http://localhost:4780/path', false],
    ['file://localhost:4780', false],
  ])('%s asking localhost:4780: %s', (origin, allowed) => {
    expect(isOriginAllowed(origin, 'localhost:4780')).toBe(allowed);
  });
});

describe('session cookie', () => {
  it('cannot be read by scripts or sent by other sites, and needs TLS where there is TLS', () => {
    expect(sessionCookie('abc', 60_000, true)).toBe(
      'usher_session=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure',
    );
    expect(sessionCookie('abc', 60_000, false)).not.toContain('Secure');
  });

  it.each([
    ['usher_session=abc', 'abc'],
    ['other=1; usher_session=abc', 'abc'],
    ['usher_session=', null],
    ['usher_session=a b', null],
    ['xusher_session=abc', null],
    [undefined, null],
  ])('is read out of %s', (header, session) => {
    expect(readSessionCookie(header)).toBe(session);
  });
});

describe('secrets', () => {
  it('are 256 random bits with a mark of their kind, kept as one hash', () => {
    const secret = makeSecret('device');

    expect(secret).toMatch(/^ushd_[A-Za-z0-9_-]{43}$/);
    expect(hashSecret(secret)).toMatch(/^[0-9a-f]{64}$/);
    expect(makeSecret('device')).not.toBe(secret);
  });

  it.each([
    ['Bearer abc', 'abc'],
    ['bearer  abc', 'abc'],
    ['Basic abc', null],
    ['Bearer', null],
    [`Bearer ${'a'.repeat(201)}`, null],
    [undefined, null],
  ])('the bearer token of %s', (header, token) => {
    expect(bearerToken(header)).toBe(token);
  });
});

describe('limit of wrong tries', () => {
  it('lets an address wait after ten wrong tries until the first is a minute old', () => {
    const clock = new FakeClock();
    const limit = createTryLimit(() => clock.monotonicMs());
    for (let tries = 0; tries < TRIES_PER_MINUTE; tries++) {
      expect(limit.waitMs('10.0.0.1')).toBe(0);
      limit.failed('10.0.0.1');
      clock.advance(1_000);
    }

    expect(limit.waitMs('10.0.0.1')).toBe(50_000);
    expect(limit.waitMs('10.0.0.2')).toBe(0);
    clock.advance(50_001);
    expect(limit.waitMs('10.0.0.1')).toBe(0);
  });

  it('holds back everybody when many addresses guess together', () => {
    const limit = createTryLimit(() => 0);
    for (let address = 0; address < 60; address++) limit.failed(`10.0.1.${address}`);

    expect(limit.waitMs('10.9.9.9')).toBeGreaterThan(0);
  });
});

describe('pages of a list', () => {
  it('give every item once, whatever the page size', () => {
    const items = Array.from({ length: 23 }, (_, index) => `item-${String(index).padStart(2, '0')}`);
    const seen: string[] = [];
    for (let cursor: string | null = null; ; ) {
      const page: { items: readonly string[]; cursor: string | null } = pageOfList(items, (item) => item, {
        limit: 5,
        cursor,
      });
      seen.push(...page.items);
      if (page.cursor === null) break;
      cursor = page.cursor;
    }

    expect(seen).toEqual(items);
  });

  it('have no cursor when the last item is on them', () => {
    expect(pageOfList(['a', 'b'], (item) => item, { limit: 2, cursor: null }).cursor).toBeNull();
  });

  it('have cursors that survive any text', () => {
    expect(decodeCursor(encodeCursor('zoë/…'))).toBe('zoë/…');
  });
});

describe('id of a pool', () => {
  it.each([
    ['AutoCAD LT', 'autocad-lt'],
    ['  Zoë’s pool (2) ', 'zoe-s-pool-2'],
    ['漢字', null],
  ])('made from %s', (name, id) => {
    expect(idFromName(name)).toBe(id);
  });
});
