/** The one cookie of this server: the admin's browser session. Pure. RFC 6265bis. */

const NAME = 'usher_session';

/** @param isSecure true where browsers reach the server by TLS */
export function sessionCookie(session: string, maxAgeMs: number, isSecure: boolean): string {
  const seconds = Math.max(0, Math.floor(maxAgeMs / 1000));
  return `${NAME}=${session}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
}

export const endedCookie = (isSecure: boolean): string => sessionCookie('', 0, isSecure);

/** The session in a Cookie header; null: there is none. */
export function readSessionCookie(header: string | undefined): string | null {
  for (const pair of (header ?? '').split(';')) {
    const [name, value] = pair.trim().split('=', 2);
    if (name === NAME && value !== undefined && /^[A-Za-z0-9_-]{1,200}$/.test(value)) return value;
  }
  return null;
}
