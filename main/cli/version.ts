/** The version that the bundle was built from. */
declare const __USHER_VERSION__: string | undefined;

export const VERSION: string = typeof __USHER_VERSION__ === 'string' ? __USHER_VERSION__ : '0.0.0-source';
