import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  contentSecurityPolicy,
  isPanelAddress,
  mediaTypeOf,
  resolvePanelAddress,
} from '../../../main/shell/panel-address.ts';
import { readPanelFile } from '../../../main/shell/panel-files.ts';
import { success } from '../../../shared/outcome.ts';

describe('addresses of the panel', () => {
  it.each([
    ['app://panel', ['index.html']],
    ['app://panel/', ['index.html']],
    ['app://panel/index.html?x=1#top', ['index.html']],
    ['app://panel/assets/index-DAv.js', ['assets', 'index-DAv.js']],
    ['app://panel/assets/a%20b.css', ['assets', 'a b.css']],
    ['APP://panel/icon.svg', ['icon.svg']],
  ])('%s is a file below its folder', (address, names) => {
    expect(resolvePanelAddress(address)).toEqual(success(names));
  });

  it.each([
    'app://panel//etc/passwd',
    'app://panel/..%2f..%2fetc%2fpasswd',
    'app://panel/..%5c..%5cwindows%5cwin.ini',
    'app://panel/assets/%2e%2e%2fmain.cjs',
    'app://panel/C:/windows/win.ini',
    'app://panel/index.html%00.js',
    'app://panel/index.html::$DATA',
    'app://panel/.env',
    'app://panel/assets/',
    'app://panel/%ff%fe.js',
  ])('%s leads out and is refused', (address) => {
    expect(resolvePanelAddress(address)).toMatchObject({ ok: false, code: 'OUTSIDE_PANEL' });
  });

  it.each([
    'https://panel/index.html',
    'file:///etc/passwd',
    'app://other/index.html',
    'app://panel.example.com/',
    'app://panel:80/',
    'app://user@panel/',
    'app:panel/index.html',
    'not an address',
    '',
  ])('%s is not one', (address) => {
    expect(isPanelAddress(address)).toBe(false);
    expect(resolvePanelAddress(address)).toMatchObject({ ok: false, code: 'FOREIGN_ADDRESS' });
  });

  it('collapses parent folders to a file of the panel, as the parser of addresses does', () => {
    expect(resolvePanelAddress('app://panel/../../etc/passwd')).toEqual(success(['etc', 'passwd']));
  });
});

it('allows styles by nonce and nothing inline or foreign', () => {
  const policy = contentSecurityPolicy('abc');

  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("style-src 'self' 'nonce-abc'");
  expect(policy).not.toMatch(/unsafe|\*|https?:|data:|blob:/);
});

it('knows only the kinds of files that the panel has', () => {
  expect(mediaTypeOf('index.html')).toBe('text/html; charset=utf-8');
  expect(mediaTypeOf('a.b.js')).toBe('text/javascript; charset=utf-8');
  expect([
    mediaTypeOf('passwd'),
    mediaTypeOf('x.php'),
    mediaTypeOf('x.'),
    mediaTypeOf('x.constructor'),
  ]).toEqual([null, null, null, null]);
});

describe('files of the panel', () => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-panel-'));
  const panelDir = join(folder, 'panel');
  mkdirSync(join(panelDir, 'assets'), { recursive: true });
  writeFileSync(join(panelDir, 'index.html'), '<meta content="__CSP_NONCE__">');
  writeFileSync(join(folder, 'secret.js'), 'secret');
  symlinkSync(join(folder, 'secret.js'), join(panelDir, 'link.js'));
  symlinkSync(folder, join(panelDir, 'up'));

  it('carry the nonce of their own answer', async () => {
    const file = await readPanelFile(panelDir, { url: 'app://panel/', method: 'GET' }, 'n0nce');

    expect(file).toMatchObject({ status: 200, mediaType: 'text/html; charset=utf-8' });
    expect(String(file.body)).toBe('<meta content="n0nce">');
  });

  it.each([
    ['a link out of the folder', 'app://panel/link.js', 400],
    ['a folder that leads out', 'app://panel/up/secret.js', 400],
    ['a missing file', 'app://panel/assets/missing.js', 404],
    ['a folder', 'app://panel/assets', 404],
    ['a foreign address', 'app://other/', 403],
  ])('are not %s', async (_what, url, status) => {
    const file = await readPanelFile(panelDir, { url, method: 'GET' }, 'n');

    expect(file.status).toBe(status);
    expect(String(file.body)).not.toContain('secret');
  });

  it('can only be read', async () => {
    expect((await readPanelFile(panelDir, { url: 'app://panel/', method: 'POST' }, 'n')).status).toBe(405);
    rmSync(folder, { recursive: true });
  });
});
