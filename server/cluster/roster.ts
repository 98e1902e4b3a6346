/** Which agents are connected to which other instance. Asked for every workstation of a list: found by key, not searched. */
import type { Connection } from '../agents/neighbors.ts';

export class Roster {
  readonly #byInstance = new Map<string, Map<string, Connection>>();
  /** By workstation and user; usually one. */
  readonly #byPlace = new Map<string, Set<Connection>>();

  instances(): string[] {
    return [...this.#byInstance.keys()];
  }

  of(instanceId: string): Connection[] {
    return [...(this.#byInstance.get(instanceId)?.values() ?? [])];
  }

  at(workstationId: string, userId: string): ReadonlySet<Connection> {
    return this.#byPlace.get(placeOf({ workstationId, userId })) ?? NOBODY;
  }

  seat(instanceId: string, connection: Connection): void {
    this.remove(instanceId, connection.credentialId);
    const ofInstance = this.#byInstance.get(instanceId) ?? new Map<string, Connection>();
    this.#byInstance.set(instanceId, ofInstance.set(connection.credentialId, connection));
    const there = this.#byPlace.get(placeOf(connection)) ?? new Set<Connection>();
    this.#byPlace.set(placeOf(connection), there.add(connection));
  }

  /** @returns what was there; null: nothing */
  remove(instanceId: string, credentialId: string): Connection | null {
    const connection = this.#byInstance.get(instanceId)?.get(credentialId);
    if (!connection) return null;
    this.#byInstance.get(instanceId)?.delete(credentialId);
    const there = this.#byPlace.get(placeOf(connection));
    there?.delete(connection);
    if (there?.size === 0) this.#byPlace.delete(placeOf(connection));
    return connection;
  }

  /** @returns who was there */
  clear(instanceId: string): Connection[] {
    const gone = this.of(instanceId);
    for (const { credentialId } of gone) this.remove(instanceId, credentialId);
    this.#byInstance.delete(instanceId);
    return gone;
  }
}

const NOBODY: ReadonlySet<Connection> = new Set();

const placeOf = ({ workstationId, userId }: Pick<Connection, 'workstationId' | 'userId'>): string =>
  JSON.stringify([workstationId, userId]);
