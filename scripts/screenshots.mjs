// Makes the pictures of README and docs from the running demo: docs/images/panel.png, console.png. Needs Chromium.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('..', import.meta.url));
const images = join(root, 'docs/images');
mkdirSync(images, { recursive: true });

const start = spawn(
  process.execPath,
  [join(root, 'resources/bin/usher.mjs'), 'start', '--demo', '--no-open'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
let said = '';
const addresses = await new Promise((resolve, reject) => {
  start.stdout.on('data', (chunk) => {
    said += chunk;
    const panel = /Panel\s+(\S+)/.exec(said)?.[1];
    const console_ = /Console\s+(\S+)/.exec(said)?.[1];
    const token = /console: (\S+)/.exec(said)?.[1];
    if (panel && console_ && token && /simulated colleagues/.test(said))
      resolve({ panel, console: console_, token });
  });
  start.once('exit', (code) => reject(new Error(`the demo ended with ${code}: ${said}`)));
});

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-sync',
  ],
});
try {
  const panel = await browser.newPage({ viewport: { width: 440, height: 860 }, deviceScaleFactor: 1.5 });
  await panel.goto(addresses.panel);
  await panel.waitForTimeout(60_000);
  await panel.getByRole('button', { name: /^Queue me: MATLAB/ }).click();
  await panel.getByRole('button', { name: /^MATLAB/ }).click();
  await panel.waitForTimeout(1_000);
  await panel.screenshot({ path: join(images, 'panel.png') });

  const admin = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await admin.goto(addresses.console);
  await admin.getByLabel('Admin token').fill(addresses.token);
  await admin.getByRole('button', { name: 'Sign in' }).click();
  await admin.getByRole('navigation', { name: 'Pages' }).waitFor();
  await admin.waitForTimeout(1_500);
  await admin.screenshot({ path: join(images, 'console.png') });
} finally {
  await browser.close();
  start.removeAllListeners('exit');
  start.kill('SIGINT');
  await new Promise((resolve) => start.once('exit', resolve));
}
