import { describe, expect, it } from 'vitest';
import { choosePanelWay } from '../../../main/cli/start/panel-opener.ts';
import { parseStatStart } from '../../../main/cli/start/process-identity.ts';
import { decideRole, type RoleFacts } from '../../../main/cli/start/role.ts';

const DOOR = { dir: '/var/tmp/usher-server-1000', ownerUid: 1000, url: 'http://127.0.0.1:4780' };
const OTHER = { dir: '/var/tmp/usher-server-1002', ownerUid: 1002, url: 'http://127.0.0.1:4781' };
const facts = (over: Partial<RoleFacts> = {}): RoleFacts => ({
  wantsOwnServer: false,
  hasOwnServerData: false,
  joinedBefore: null,
  openDoors: [],
  ...over,
});

describe('whose server serves an account', () => {
  it('starts its own on a machine where nobody has one', () => {
    expect(decideRole(facts())).toEqual({ kind: 'embedded' });
  });

  it('joins the oldest open door', () => {
    expect(decideRole(facts({ openDoors: [DOOR, OTHER] }))).toEqual({
      kind: 'join',
      door: DOOR,
      isOpen: true,
    });
  });

  it('keeps its own pools and history where it has some', () => {
    expect(decideRole(facts({ hasOwnServerData: true, openDoors: [DOOR] }))).toEqual({ kind: 'embedded' });
  });

  it('stays with the server it joined, also while that one is down or another one is up', () => {
    expect(decideRole(facts({ joinedBefore: DOOR, openDoors: [OTHER] }))).toEqual({
      kind: 'join',
      door: DOOR,
      isOpen: false,
    });
    const moved = { ...DOOR, url: 'http://127.0.0.1:5000' };
    expect(decideRole(facts({ joinedBefore: DOOR, openDoors: [OTHER, moved] }))).toEqual({
      kind: 'join',
      door: moved,
      isOpen: true,
    });
  });

  it('starts its own where the person says so', () => {
    expect(decideRole(facts({ wantsOwnServer: true, joinedBefore: DOOR, openDoors: [DOOR] }))).toEqual({
      kind: 'embedded',
    });
  });
});

describe('where the panel opens', () => {
  const panel = {
    mayOpen: true,
    prefersBrowser: false,
    hasDisplay: true,
    isRoot: false,
    hasShell: true,
    electronPath: null,
  };

  it.each([
    [{}, { kind: 'download' }],
    [{ electronPath: '/e' }, { kind: 'electron', electronPath: '/e' }],
    [
      { electronPath: '/e', prefersBrowser: true },
      { kind: 'browser', because: 'wanted' },
    ],
    [
      { electronPath: '/e', isRoot: true },
      { kind: 'browser', because: 'root' },
    ],
    [
      { electronPath: '/e', hasShell: false },
      { kind: 'browser', because: 'no-shell' },
    ],
    [
      { electronPath: '/e', hasDisplay: false },
      { kind: 'none', because: 'no-display' },
    ],
    [{ mayOpen: false }, { kind: 'none', because: 'not-wanted' }],
  ])('%j gives %j', (over, way) => {
    expect(choosePanelWay({ ...panel, ...over })).toEqual(way);
  });
});

describe('the start of a process', () => {
  it('is field 22 of its stat line, whatever it is called', () => {
    const fields = Array.from({ length: 49 }, (_, index) => String(index + 4));

    expect(parseStatStart(`77 (a b) R ) ) S ${fields.join(' ')}`)).toBe('22');
    expect(parseStatStart('77 (x) S 1')).toBeNull();
    expect(parseStatStart('')).toBeNull();
  });
});
