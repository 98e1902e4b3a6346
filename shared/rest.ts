/**
 * Bodies of the REST interface, one schema for each: they make the types, the checks and the OpenAPI document.
 * Paths lie under /api/v1. Errors are problem+json (RFC 9457) with a stable `code`. The schemas lie by noun in rest/.
 */
export * from './rest/allocation.ts';
export * from './rest/common.ts';
export * from './rest/denials.ts';
export * from './rest/enrollment.ts';
export * from './rest/forecast.ts';
export * from './rest/groups.ts';
export * from './rest/people.ts';
export * from './rest/pools.ts';
export * from './rest/reports.ts';
export * from './rest/seats.ts';
export * from './rest/server.ts';
export * from './rest/session.ts';
export * from './rest/usage.ts';
export * from './rest/workstations.ts';
