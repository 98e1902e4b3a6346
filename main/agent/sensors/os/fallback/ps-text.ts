/** Understanding of `ps` output with the columns of PS_COLUMNS, from procps and from macOS alike. Pure. */
import type { ListedProcess } from './list-difference.ts';

/** `lstart` is five words in the C locale; `comm` comes last because it may hold spaces. */
export const PS_COLUMNS = 'pid=,ppid=,uid=,lstart=,time=,rss=,comm=';

const LINE =
  /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\w{3}\s+\w{3}\s+\d{1,2}\s+[\d:]{8}\s+\d{4})\s+([\d:.-]+)\s+(\d+)\s+(.+?)\s*$/;

/** Lines that are no process are left out. */
export function parsePs(text: string): readonly ListedProcess[] {
  return text.split('\n').flatMap((line) => {
    const [, pid, ppid, uid, started, time, rss, command] = LINE.exec(line) ?? [];
    if (!pid || !ppid || !uid || !started || !time || !rss || !command) return [];
    const startedAtMs = new Date(started).getTime();
    const cpuMs = parseCpuTime(time);
    const name = command.replace(/ <defunct>$/, '');
    const isPath = name.startsWith('/');
    return [
      {
        info: {
          pid: Number(pid),
          ppid: Number(ppid),
          startKey: Number.isNaN(startedAtMs) ? 'unknown' : String(startedAtMs),
          ...(!Number.isNaN(startedAtMs) && { startedAtMs }),
          name: isPath ? name.slice(name.lastIndexOf('/') + 1) : name,
          // macOS shows the whole path here, Linux the name only.
          ...(isPath && { exePath: name }),
          account: uid,
        },
        counters: { ...(cpuMs !== undefined && { cpuMs }), residentBytes: Number(rss) * 1024 },
      },
    ];
  });
}

/** "1-02:03:04" (days), "02:03:04", and "123:45.67" (minutes) as macOS writes it. */
export function parseCpuTime(text: string): number | undefined {
  const parts = /^(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)$/.exec(text);
  if (!parts) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return Math.round((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000);
}
