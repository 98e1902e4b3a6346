/** Groups and their members, changed in the name of the admin who sent a request. */
import { createMembership, type Membership } from '../people/membership.ts';
import type { HttpParts } from './http-parts.ts';
import type { adminSubmitter } from './submit.ts';

export const membershipFor = (
  { membership, directory }: Pick<HttpParts, 'membership' | 'directory'>,
  submit: ReturnType<typeof adminSubmitter>,
): Membership => createMembership(membership, directory, submit);
