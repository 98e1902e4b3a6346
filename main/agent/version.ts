/** The version of this build; the bundler puts it in. */
declare const __USHER_VERSION__: string | undefined;

export const AGENT_VERSION: string =
  typeof __USHER_VERSION__ === 'string' ? __USHER_VERSION__ : '0.0.0-source';
