/** What the HTTP side is made of: handed in by app.ts, passed on to every group of routes. Types only. */
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import type { Clock, NewId } from '../../shared/time.ts';
import type { AgentHub } from '../agents/agent-hub.ts';
import type { Directory } from '../agents/directory.ts';
import type { Enrollment } from '../agents/enrollment.ts';
import type { ProductShelf } from '../agents/product-shelf.ts';
import type { Announcer } from '../announcer.ts';
import type { ServerInstance } from '../cluster/instance.ts';
import type { ServerConfig } from '../config.ts';
import type { WaitForecast } from '../forecast/wait-forecast.ts';
import type { Ledger } from '../ledger/ports.ts';
import type { MembershipView } from '../people/membership.ts';
import type { ReadModel } from '../read-model.ts';
import type { Records } from '../stores/records.ts';
import type { StoreMeter } from '../stores/store-meter.ts';
import type { Admin } from './admin-tokens.ts';

export interface HttpParts {
  readonly config: ServerConfig;
  readonly ledger: Ledger;
  readonly records: Records;
  readonly directory: Directory;
  readonly shelf: ProductShelf;
  readonly readModel: ReadModel;
  readonly forecast: WaitForecast;
  readonly announcer: Announcer;
  readonly hub: AgentHub;
  readonly enrollment: Enrollment;
  /** This server among several; null: it is the only one. */
  readonly instance: ServerInstance | null;
  readonly membership: MembershipView;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Logger;
  /** Folder of the built console; null: this build has none. */
  readonly consoleDir: string | null;
  /** null: the store's transactions are not measured. */
  readonly storeMeter: StoreMeter | null;
  /** null: the server can decide and keep it; else a sentence that says why not and what to do. */
  readonly whyNotReady: () => Promise<string | null>;
}

/** The Fastify instance with zod schemas as its types. */
export type Http = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every route behind the sign-in. */
    admin: Admin | null;
  }
}
