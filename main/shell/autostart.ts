/** Whether the system starts the shell at login: off until a person turns it on in the tray menu. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { app } from 'electron';
import { failure, type Outcome, success } from '../../shared/outcome.ts';
import { autostartEntry } from './autostart-entry.ts';
import type { ShellConfig } from './config.ts';
import { messageOf } from './log.ts';

export interface Autostart {
  isOn(): boolean;
  set(isOn: boolean): Outcome<null, 'NOT_WRITTEN'>;
}

export type AutostartOptions = Pick<ShellConfig, 'platform' | 'autostartPath' | 'autostartArgs'>;

export function makeAutostart(options: AutostartOptions): Autostart {
  return options.platform === 'linux' ? makeXdgAutostart(options) : makeLoginItem(options);
}

function notWritten(thrown: unknown): Outcome<null, 'NOT_WRITTEN'> {
  return failure('NOT_WRITTEN', `Start at login could not be changed: ${messageOf(thrown)}`);
}

/** A file of its own; desktops let people switch it off by `Hidden=true` in it, which counts as off here too. */
function makeXdgAutostart({ autostartPath, autostartArgs }: AutostartOptions): Autostart {
  return {
    isOn() {
      try {
        return !/^(Hidden=true|X-GNOME-Autostart-enabled=false)\s*$/m.test(
          readFileSync(autostartPath, 'utf8'),
        );
      } catch {
        // No file, or one that nobody can read: the desktop starts nothing from it.
        return false;
      }
    },
    set(isOn) {
      try {
        if (!isOn) {
          rmSync(autostartPath, { force: true });
          return success(null);
        }
        const entry = autostartEntry([process.execPath, ...autostartArgs]);
        if (!entry) return notWritten('the path of Usher holds a line break');
        mkdirSync(dirname(autostartPath), { recursive: true });
        writeFileSync(`${autostartPath}.new`, entry);
        renameSync(`${autostartPath}.new`, autostartPath);
        return success(null);
      } catch (thrown) {
        return notWritten(thrown);
      }
    },
  };
}

/** Windows and macOS keep login items themselves; macOS takes them only from a signed application. */
function makeLoginItem({ autostartArgs }: AutostartOptions): Autostart {
  const args = [...autostartArgs];
  return {
    isOn: () => app.getLoginItemSettings({ args }).openAtLogin,
    set(isOn) {
      try {
        app.setLoginItemSettings({ openAtLogin: isOn, args });
        return success(null);
      } catch (thrown) {
        return notWritten(thrown);
      }
    },
  };
}
