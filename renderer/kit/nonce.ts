/** The nonce of this answer: whoever serves index.html writes it in place of __CSP_NONCE__ and into the policy. */

/** '' where the page is served without one (the policy then allows no style element at all). */
export function readStyleNonce(): string {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]');
  return meta?.content ?? '';
}
