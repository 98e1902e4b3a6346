/** The panel's own build, for the Chromium of the test runtime: older syntax, and no `await` outside of functions. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { defineConfig, mergeConfig, type Plugin } from 'vite';
import { pageConfig } from '../../../renderer/vite.shared.ts';

/** Chromium 83 has no top-level await (89 has), and no build target rewrites it: the entry's body moves into a function. */
function wrapTopLevelAwait(): Plugin {
  return {
    name: 'wrap-top-level-await',
    renderChunk(code, chunk) {
      if (!chunk.isEntry || chunk.exports.length > 0) return null;
      const imports = this.parse(code).body.filter(({ type }) => type === 'ImportDeclaration');
      let body = code;
      for (const { start, end } of imports.toReversed()) body = body.slice(0, start) + body.slice(end);
      const kept = imports.map(({ start, end }) => code.slice(start, end)).join('\n');
      return { code: `${kept}\n(async () => {\n${body}\n})();`, map: null };
    },
  };
}

/** The same gaps in the language as in the shell's process, filled by a script of its own before the page's. */
function fillLanguageGaps(): Plugin {
  const fileName = 'language-gaps.js';
  return {
    name: 'fill-language-gaps',
    async generateBundle() {
      const entry = "import { completeLanguage } from './language-gaps.ts'; completeLanguage();";
      const { outputFiles } = await build({
        stdin: { contents: entry, resolveDir: join(import.meta.dirname, '../../../scripts/electron-shim') },
        bundle: true,
        format: 'iife',
        target: 'chrome83',
        write: false,
      });
      this.emitFile({ type: 'asset', fileName, source: outputFiles[0]?.text ?? '' });
    },
    transformIndexHtml: () => [{ tag: 'script', attrs: { src: `./${fileName}` }, injectTo: 'head-prepend' }],
  };
}

export default defineConfig(
  mergeConfig(pageConfig('panel'), {
    plugins: [fillLanguageGaps(), wrapTopLevelAwait()],
    build: { target: 'chrome83' },
  }),
);
