/**
 * For pages, whose Content-Security-Policy forbids eval: zod must not even probe for it, the probe itself is reported
 * as a violation. Import this first, before any file that makes a schema.
 */
import { z } from 'zod';

z.config({ jitless: true });
