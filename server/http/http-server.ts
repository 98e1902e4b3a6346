/** Puts the HTTP side together: checks first, then routes by noun, sockets, console. Listens to nothing by itself. */
import { readFileSync } from 'node:fs';
import { Server as TlsServer } from 'node:tls';
import fastify from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { MAXIMUM_MESSAGE_BYTES } from '../../shared/protocol.ts';
import { descriptorLimit, limitConnections } from './connection-limit.ts';
import { serveConsole } from './console-page.ts';
import { queueHandshakes } from './handshakes.ts';
import { guardRequests, handleErrors, requireAdmin } from './hooks.ts';
import type { Http, HttpParts } from './http-parts.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { describeRoutes, serveOpenApi } from './openapi.ts';
import { createPoolEdits } from './pool-edits.ts';
import { aboutRoutes, healthRoutes } from './routes/about.ts';
import { denialRoutes } from './routes/denials.ts';
import { enrollmentTokenRoutes, enrollRoutes } from './routes/enrollment.ts';
import { forecastRoutes } from './routes/forecast.ts';
import { groupRoutes, memberRoutes } from './routes/groups.ts';
import { historyRoutes } from './routes/history.ts';
import { leaseRoutes } from './routes/leases.ts';
import { myContactRoutes } from './routes/my-contact.ts';
import { contactRoutes, peopleRoutes } from './routes/people.ts';
import { peopleCsvRoutes } from './routes/people-csv.ts';
import { allocationRoutes, shareRoutes } from './routes/pool-allocation.ts';
import { poolUserRoutes } from './routes/pool-users.ts';
import { poolRoutes } from './routes/pools.ts';
import { productRoutes } from './routes/products.ts';
import { queueRoutes } from './routes/queue.ts';
import { reportRoutes } from './routes/reports.ts';
import { sessionRoutes } from './routes/session.ts';
import { workstationRoutes } from './routes/workstations.ts';
import { createSignInLimits } from './sign-in.ts';
import { serveUpgrades } from './upgrades.ts';

export interface HttpServer {
  readonly app: Http;
  /** Ends the console's sockets and every connection; agents must have been told before. */
  close(): Promise<void>;
}

/** No agent waits longer for an open connection. */
const HANDSHAKE_LIMIT_MS = 10_000;

function createFastify({ config }: HttpParts): Http {
  const options = {
    bodyLimit: MAXIMUM_MESSAGE_BYTES,
    // One hop: the proxy that --behind-proxy speaks of. What it was told by others is not believed.
    trustProxy: config.isBehindProxy ? (_address: string, hop: number) => hop === 0 : false,
    forceCloseConnections: true,
    requestTimeout: 30_000,
  };
  const bare =
    config.tls === null
      ? fastify(options)
      : fastify({
          ...options,
          https: {
            cert: readFileSync(config.tls.certPath),
            key: readFileSync(config.tls.keyPath),
            handshakeTimeout: HANDSHAKE_LIMIT_MS,
          },
        });
  // The type provider and the kind of server are types only; http and https have the same routes.
  const app = bare as unknown as Http;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.removeContentTypeParser('text/plain');
  return app;
}

function measureRequests(app: Http, metrics: Metrics): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.countRequest(route, request.method, reply.statusCode, reply.elapsedTime / 1000);
  });
}

export async function createHttpServer(parts: HttpParts): Promise<HttpServer> {
  const app = createFastify(parts);
  const metrics = createMetrics(parts);
  const limits = createSignInLimits(() => parts.clock.monotonicMs());
  app.decorateRequest('admin', null);
  handleErrors(app, parts);
  guardRequests(app, parts);
  measureRequests(app, metrics);
  await describeRoutes(app);
  await app.register(
    async (open: Http) => {
      aboutRoutes(open, parts);
      serveOpenApi(open);
      sessionRoutes(open, parts, limits);
      enrollRoutes(open, parts, limits);
      myContactRoutes(open, parts, limits);
    },
    { prefix: '/api/v1' },
  );
  await app.register(
    async (admin: Http) => {
      requireAdmin(admin, parts, limits);
      const edits = createPoolEdits(parts);
      poolRoutes(admin, parts, edits);
      allocationRoutes(admin, parts, edits);
      shareRoutes(admin, parts, edits);
      poolUserRoutes(admin, parts);
      groupRoutes(admin, parts);
      memberRoutes(admin, parts);
      forecastRoutes(admin, parts);
      productRoutes(admin, parts);
      leaseRoutes(admin, parts);
      queueRoutes(admin, parts);
      workstationRoutes(admin, parts);
      peopleRoutes(admin, parts);
      contactRoutes(admin, parts);
      peopleCsvRoutes(admin, parts);
      historyRoutes(admin, parts);
      denialRoutes(admin, parts);
      reportRoutes(admin, parts);
      enrollmentTokenRoutes(admin, parts);
    },
    { prefix: '/api/v1' },
  );
  healthRoutes(app, parts, metrics);
  await serveConsole(app, parts.consoleDir);
  await app.ready();
  limitConnections(app.server, descriptorLimit(), parts);
  if (app.server instanceof TlsServer) queueHandshakes(app.server, parts.clock);
  const upgrades = serveUpgrades(app, parts);
  return {
    app,
    async close() {
      upgrades.close();
      await app.close();
      metrics.stop();
    },
  };
}
