/** What both pages' builds have in common: relative addresses, no inline scripts, one folder each below dist. */
import react from '@vitejs/plugin-react';
import type { UserConfig } from 'vite';

/** The file's path of an address below this folder; Windows paths lose the slash before their drive. */
const pathOf = (relative: string): string =>
  decodeURIComponent(new URL(relative, import.meta.url).pathname).replace(/^\/(?=[A-Za-z]:)/, '');

/** @param page folder of the page below renderer/, and of its build below dist/ */
export function pageConfig(page: 'panel' | 'console'): UserConfig {
  return {
    root: pathOf(`./${page}`),
    base: './',
    plugins: [react()],
    build: {
      outDir: pathOf(`../dist/${page}`),
      emptyOutDir: true,
      target: 'es2023',
      // A data: address would need more than 'self' in the policy.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
    },
  };
}
