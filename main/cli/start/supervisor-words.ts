/** What the supervisor tells a person about its processes. Pure. */
import { assertNever } from '../../../shared/outcome.ts';
import { SECOND } from '../../../shared/time.ts';
import {
  type ChildName,
  CRASHES_IN_A_ROW,
  type Exit,
  type Notice,
  READY_LIMIT_MS,
} from './supervisor-state.ts';

const TITLES: Readonly<Record<ChildName, string>> = {
  server: 'server',
  agent: 'agent host',
  colleagues: 'simulated colleagues',
  shell: 'tray and window',
};

export function childTitle(child: ChildName): string {
  return TITLES[child];
}

function howItEnded(exit: Exit): string {
  return exit.signal === null ? `with code ${exit.code}` : `by ${exit.signal}`;
}

/** @param said the last line that the process wrote; '' when it wrote none */
export function noticeSentence(notice: Notice, said: string, logPath: string): string {
  const name = TITLES[notice.child];
  const quote = said === '' ? '' : ` It said: ${said}`;
  switch (notice.kind) {
    case 'restarting':
      return `The ${name} ended ${howItEnded(notice.exit)} and starts again in ${notice.inMs / SECOND} s.${quote}`;
    case 'too-slow':
      return `The ${name} was not ready within ${READY_LIMIT_MS / SECOND} s and is ended. More is in ${logPath}.`;
    case 'closed':
      return `The ${name} was closed; everything else goes on.`;
    case 'gave-up':
      return `The ${name} ended ${CRASHES_IN_A_ROW} times in a row, at last ${howItEnded(notice.exit)}; Usher does not start it again.${quote} More is in ${logPath}.`;
    default:
      return assertNever(notice);
  }
}
