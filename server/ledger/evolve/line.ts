/** Puts waiting tickets where they stand [L128] [L129], and takes them out again. */
import { invariant } from '../../../shared/outcome.ts';
import { Line } from '../line.ts';
import { PLAIN, standingOf } from '../standing.ts';
import type { LedgerState, Product, Ticket } from '../state.ts';

function productOf(state: LedgerState, productId: string): Product {
  const product = state.products.get(productId);
  invariant(product, `product ${productId} is counted`);
  return product;
}

/** The ticket waits from now on, in a line or aside, with the count it brings. */
export function enterLine(state: LedgerState, ticket: Ticket): void {
  const product = productOf(state, ticket.productId);
  const standing = standingOf(state, product, ticket);
  if (!standing) {
    product.asideIds.add(ticket.ticketId);
    return;
  }
  const known = product.lines.get(standing.key);
  const line = known?.line ?? new Line();
  if (!known) product.lines.set(standing.key, { standing, line });
  line.add(ticket);
  ticket.lineKey = standing.key;
  ticket.overtaken = 0;
}

/** The ticket waits no longer. */
export function leaveLine(state: LedgerState, ticket: Ticket): void {
  const product = productOf(state, ticket.productId);
  product.asideIds.delete(ticket.ticketId);
  if (ticket.lineKey === null) return;
  const line = product.lines.get(ticket.lineKey)?.line;
  line?.remove(ticket.ticketId);
  if (line?.size === 0 && ticket.lineKey !== PLAIN) product.lines.delete(ticket.lineKey);
  ticket.lineKey = null;
}

/** As leaveLine, for a ticket that may come back with the count it has. */
export function stepOut(state: LedgerState, ticket: Ticket): void {
  const { lineKey, ticketId } = ticket;
  const line = lineKey === null ? undefined : productOf(state, ticket.productId).lines.get(lineKey)?.line;
  if (line) ticket.overtaken = line.overtakenOf(ticketId);
  leaveLine(state, ticket);
}

/** Something that decides where this ticket stands has changed. One that does not wait stays as it is. */
export function restandTicket(state: LedgerState, ticket: Ticket): void {
  const product = productOf(state, ticket.productId);
  if (ticket.lineKey === null && !product.asideIds.has(ticket.ticketId)) return;
  const key = standingOf(state, product, ticket)?.key ?? null;
  if (key === ticket.lineKey) return;
  stepOut(state, ticket);
  enterLine(state, ticket);
}

/** The same for all tickets of one person: a handful. */
export function restandUser(state: LedgerState, userId: string): void {
  for (const ticketId of state.users.get(userId)?.ticketIdByProduct.values() ?? []) {
    const ticket = state.tickets.get(ticketId);
    if (ticket) restandTicket(state, ticket);
  }
}

/** The same for everybody who waits for a product: grows with its queue, so only for what admins and hours change. */
export function restandProduct(state: LedgerState, product: Product): void {
  const tickets: Ticket[] = [];
  for (const { line } of product.lines.values()) {
    for (const { ticketId, overtaken } of line.entries()) {
      const ticket = state.tickets.get(ticketId);
      if (ticket) tickets.push(Object.assign(ticket, { overtaken, lineKey: null }));
    }
  }
  for (const ticketId of product.asideIds) tickets.push(...[state.tickets.get(ticketId) ?? []].flat());
  product.lines.clear();
  product.asideIds.clear();
  tickets.sort((a, b) => a.sequence - b.sequence);
  for (const ticket of tickets) enterLine(state, ticket);
}
