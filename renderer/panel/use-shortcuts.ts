/** The panel's keys. Letters work unless the person types; arrows move through everything marked data-row. */
import { useEffect } from 'react';

export interface Shortcuts {
  focusSearch(): void;
  clear(): void;
  claim(): void;
  /** @param poolId of the row with the focus; null: none has it */
  queue(poolId: string | null): void;
  help(): void;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
}

function moveFocus(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')];
  const focused = document.activeElement?.closest('li')?.querySelector<HTMLElement>('[data-row]');
  const current = focused ? rows.indexOf(focused) : -1;
  const next = current === -1 ? (step === 1 ? 0 : rows.length - 1) : current + step;
  rows[Math.max(0, Math.min(rows.length - 1, next))]?.focus();
}

function focusedPoolId(): string | null {
  const row = document.activeElement?.closest('li')?.querySelector<HTMLElement>('[data-pool-id]');
  return row?.dataset.poolId ?? null;
}

/** @param isEnabled false while a dialog is open: its own keys are enough */
export function useShortcuts(shortcuts: Shortcuts, isEnabled: boolean): void {
  useEffect(() => {
    if (!isEnabled) return;
    const keys: Readonly<Record<string, () => void>> = {
      '/': shortcuts.focusSearch,
      '?': shortcuts.help,
      c: shortcuts.claim,
      q: () => shortcuts.queue(focusedPoolId()),
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (event.key === 'Escape') return shortcuts.clear();
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault();
        return moveFocus(event.key === 'ArrowDown' ? 1 : -1);
      }
      const run = keys[event.key];
      if (!run || isTyping(event.target)) return;
      event.preventDefault();
      run();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [shortcuts, isEnabled]);
}
