/** What one start runs and where: the children with their arguments. Made before anything is started. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { Places } from '../../../shared/places.ts';
import { type Context, flag, type Input, textOption } from '../context.ts';
import { doorsOf, thisAccount, thisPlatform } from '../system-places.ts';
import { findOpenDoor, findOpenDoors } from './doors.ts';
import { type Door, decideRole, type Role } from './role.ts';

const joinedSchema = z.object({ dir: z.string(), ownerUid: z.number().int().min(0), url: z.url() });

function joinedPath(places: Places): string {
  return join(places.dataDir, 'joined.json');
}

function readJoined(places: Places): Door | null {
  const path = joinedPath(places);
  if (!existsSync(path)) return null;
  try {
    const result = joinedSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return result.success ? result.data : null;
  } catch {
    // A torn file: the door is found again, or an own server starts.
    return null;
  }
}

export function rememberJoined(places: Places, door: Door): void {
  writeFileSync(joinedPath(places), JSON.stringify(door), { mode: 0o600 });
}

function hasFiles(dir: string): boolean {
  return statSync(dir, { throwIfNoEntry: false })?.isDirectory() === true && readdirSync(dir).length > 0;
}

/** Looks around on this machine and decides whose server serves this account. */
export async function findRole(context: Context, input: Input, places: Places): Promise<Role> {
  const { clock } = context;
  const wanted = textOption(input, 'join');
  const doors = doorsOf(thisPlatform());
  const mayJoin = doors !== null && !flag(input, 'demo') && !flag(input, 'ownServer');
  const named = wanted === null ? null : await findOpenDoor(resolve(wanted), clock);
  const openDoors = async () => (mayJoin ? findOpenDoors({ ...doors, ownUid: thisAccount(), clock }) : []);
  return decideRole({
    wantsOwnServer: !mayJoin,
    hasOwnServerData: wanted === null && hasFiles(places.serverDir),
    joinedBefore: wanted === null ? readJoined(places) : null,
    openDoors: wanted === null ? await openDoors() : named ? [named] : [],
  });
}

/** The folder by which other accounts join; null: another server of this account has the usual one, or there is none. */
export async function findDoor(context: Context, input: Input, places: Places): Promise<string | null> {
  const wanted = textOption(input, 'door');
  if (wanted !== null) return resolve(wanted);
  // A demo is nobody else's business.
  if (places.doorDir === null || flag(input, 'demo')) return null;
  return (await findOpenDoor(places.doorDir, context.clock)) ? null : places.doorDir;
}

/** Options of the server that the person gave, handed on as they are. */
export function serverArguments(input: Input, places: Places, door: string | null): readonly string[] {
  const given = (
    ['host', 'port', 'tlsCert', 'tlsKey', 'database', 'databaseFile', 'instanceUrl'] as const
  ).flatMap((name) => {
    const value = textOption(input, name);
    const option = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return value === null ? [] : [option, value];
  });
  return [
    '--data',
    places.dataDir,
    ...given,
    ...(flag(input, 'behindProxy') ? ['--behind-proxy'] : []),
    ...(flag(input, 'demo') ? ['--demo'] : []),
    ...(door ? ['--door', door] : []),
  ];
}
