/** Real displays, buses and applications for the sensor suites; everything started here ends here, by its own id. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

export interface Started {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Ends it and waits until it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/** Ends everything that was started through it. */
export class Stage {
  readonly #started: Started[] = [];
  readonly #dirs: string[] = [];

  start(command: string, args: readonly string[], env: Record<string, string> = {}): Started {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
      env: { ...process.env, ...env },
    });
    const started: Started = {
      child,
      pid: child.pid ?? -1,
      async kill(signal = 'SIGKILL') {
        if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
        const ended = once(child, 'exit');
        child.kill(signal);
        await ended;
      },
    };
    this.#started.push(started);
    return started;
  }

  folder(): string {
    const dir = mkdtempSync(join(tmpdir(), 'usher-desktop-'));
    this.#dirs.push(dir);
    return dir;
  }

  /** An X server on a free display. */
  async display(extra: readonly string[] = []): Promise<Started & { readonly display: string }> {
    const args = ['-displayfd', '3', '-screen', '0', '1024x768x24', '-nolisten', 'tcp', '-noreset', ...extra];
    const server = this.start('Xvfb', args);
    const number = await firstLine(server.child.stdio[3] as NodeJS.ReadableStream);
    return { ...server, display: `:${number}` };
  }

  /** A private bus on which everything is allowed. */
  async bus(): Promise<Started & { readonly address: string }> {
    const dir = this.folder();
    const config = join(dir, 'bus.conf');
    writeFileSync(
      config,
      `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
        "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
      <busconfig><type>session</type><listen>unix:path=${join(dir, 'bus')}</listen><auth>EXTERNAL</auth>
        <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
      </busconfig>`,
    );
    const daemon = this.start('dbus-daemon', ['--nofork', '--print-address=1', `--config-file=${config}`]);
    const address = await firstLine(daemon.child.stdout as NodeJS.ReadableStream);
    return { ...daemon, address };
  }

  async end(): Promise<void> {
    for (const started of this.#started.splice(0).reverse()) await started.kill();
    for (const dir of this.#dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
  }
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) {
    text += String(chunk);
    if (text.includes('\n')) return text.trim();
  }
  throw new Error(`it ended without a line: ${text}`);
}

export async function run(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<void> {
  const child = spawn(command, args, { stdio: 'ignore', env: { ...process.env, ...env } });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
}

/** Polls until `look` gives something. */
export async function until<T>(
  look: () => T | undefined | Promise<T | undefined>,
  what: string,
  withinMs = 20_000,
): Promise<T> {
  const deadlineMs = Date.now() + withinMs;
  for (;;) {
    const value = await look();
    if (value !== undefined) return value;
    if (Date.now() > deadlineMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await wait(50);
  }
}
