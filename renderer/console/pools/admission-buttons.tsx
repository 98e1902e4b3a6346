/** Whether a pool is open, and one press with a reason to change that. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Tone } from '../../../shared/agent-headline.ts';
import type { Admission } from '../../../shared/domain.ts';
import { type PoolResource, poolResourceSchema } from '../../../shared/rest.ts';
import { admissionDialogText, admissionText } from '../../../shared/strings-allocation.ts';
import { ToneBadge } from '../../kit/tone-badge.tsx';
import { useConsole } from '../console-context.ts';
import { useConsoleData } from '../use-query.ts';
import { DangerDialog } from './danger-dialog.tsx';

const TONES: Readonly<Record<Admission, Tone>> = {
  open: 'positive',
  paused: 'attention',
  draining: 'warning',
};
const ALL: readonly Admission[] = ['open', 'paused', 'draining'];

export function AdmissionButtons({ pool }: { readonly pool: PoolResource }) {
  const { api } = useConsoleData();
  const { say } = useConsole();
  const [wanted, setWanted] = useState<Admission | null>(null);
  const { name, admission } = pool.settings;
  return (
    <>
      {admission !== 'open' && <ToneBadge tone={TONES[admission]}>{admissionText[admission].name}</ToneBadge>}
      {ALL.filter((one) => one !== admission).map((one) => (
        <Button key={one} size="xs" variant="default" onClick={() => setWanted(one)}>
          {admissionText[one].act}
        </Button>
      ))}
      {wanted && (
        <DangerDialog
          title={admissionDialogText.title(admissionText[wanted].act, name)}
          sentence={admissionText[wanted].sentence}
          button={admissionText[wanted].act}
          asksReason
          onRun={(reason) =>
            api.send('PUT', `/pools/${encodeURIComponent(pool.view.poolId)}/admission`, poolResourceSchema, {
              admission: wanted,
              reason,
            })
          }
          onClose={(isDone) => {
            setWanted(null);
            if (!isDone) return;
            const text = admissionDialogText.changed(name, admissionText[wanted].name);
            say({ tone: 'positive', text });
          }}
        />
      )}
    </>
  );
}
