/** One button for one action: its name from the one table, its state (ready, pending, offline) from the view. */
import { Button } from '@mantine/core';
import { type AgentAction, actionLabel } from '../../shared/agent-view.ts';
import type { Wishes } from './use-agent.ts';

interface ActionButtonProps {
  readonly action: AgentAction;
  readonly wishes: Wishes;
  readonly weight?: 'main' | 'normal' | 'quiet';
  /** Instead of the action's own name, where the place says more. */
  readonly label?: string;
}

const VARIANTS = { main: 'filled', normal: 'default', quiet: 'subtle' } as const;

export function ActionButton({
  action,
  wishes,
  weight = 'normal',
  label = actionLabel(action),
}: ActionButtonProps) {
  const press = wishes.pressOf(action);
  return (
    <Button
      size={weight === 'main' ? 'sm' : 'xs'}
      variant={VARIANTS[weight]}
      loading={press === 'pending'}
      disabled={press === 'offline'}
      aria-label={`${label}: ${action.productName}`}
      onClick={() => wishes.run(action)}
    >
      {label}
    </Button>
  );
}
