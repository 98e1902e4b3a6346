/** Tokens by which workstations join: make one, see it once, revoke it. */
import { Button } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { z } from 'zod';
import { enrollmentTokenResourceSchema } from '../../../shared/rest.ts';
import { consoleText, enrollmentText, heads } from '../../../shared/strings-console.ts';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import { formatClock } from '../../kit/format.ts';
import { ToneBadge } from '../../kit/tone-badge.tsx';
import styles from '../console.module.css';
import { Empty, Instant, PageHead, Reading, usePageNow } from '../parts.tsx';
import { DangerDialog } from '../pools/danger-dialog.tsx';
import { useConsoleData, useList } from '../use-query.ts';
import { NewToken } from './new-token.tsx';

type Token = z.infer<typeof enrollmentTokenResourceSchema>;

export default function EnrollmentPage() {
  const tokens = useList('/enrollment-tokens', enrollmentTokenResourceSchema);
  const { api } = useConsoleData();
  const nowMs = usePageNow();
  const [isMaking, setMaking] = useState(false);
  const [revoked, setRevoked] = useState<Token | null>(null);
  const columns = useMemo(() => tokenColumns(nowMs, setRevoked), [nowMs]);
  return (
    <>
      <PageHead title={consoleText.pages.enrollment}>
        <Button size="xs" onClick={() => setMaking(true)}>
          {enrollmentText.make}
        </Button>
      </PageHead>
      <p className={styles.lead}>{enrollmentText.explain}</p>
      <Reading query={tokens}>
        {(rows) => (
          <DataTable
            name={consoleText.pages.enrollment}
            columns={columns}
            rows={rows}
            rowKey={({ tokenId }) => tokenId}
            firstOrder={{ key: 'created', isDescending: true }}
            empty={<Empty>{enrollmentText.empty}</Empty>}
          />
        )}
      </Reading>
      {isMaking && (
        <NewToken
          onClose={() => {
            setMaking(false);
            void tokens.refresh();
          }}
        />
      )}
      {revoked && (
        <DangerDialog
          title={enrollmentText.revokeTitle(revoked.label)}
          sentence={enrollmentText.revokeSentence}
          button={enrollmentText.revokeButton}
          onRun={() => api.send('DELETE', `/enrollment-tokens/${encodeURIComponent(revoked.tokenId)}`, null)}
          onClose={() => {
            setRevoked(null);
            void tokens.refresh();
          }}
        />
      )}
    </>
  );
}

const isUsable = ({ revoked, expiresAtMs }: Token, nowMs: number): boolean => !revoked && expiresAtMs > nowMs;

function State({ token, nowMs }: { readonly token: Token; readonly nowMs: number }) {
  const end = formatClock(token.expiresAtMs, nowMs);
  if (token.revoked) return <ToneBadge tone="muted">{enrollmentText.revoked}</ToneBadge>;
  if (!isUsable(token, nowMs)) return <ToneBadge tone="muted">{enrollmentText.expired(end)}</ToneBadge>;
  return <ToneBadge tone="positive">{enrollmentText.valid(end)}</ToneBadge>;
}

function tokenColumns(nowMs: number, onRevoke: (token: Token) => void): Column<Token>[] {
  return [
    { key: 'label', title: heads.for, cell: ({ label }) => label, sortValue: ({ label }) => label },
    {
      key: 'state',
      title: heads.state,
      cell: (token) => <State token={token} nowMs={nowMs} />,
      sortValue: (token) => (isUsable(token, nowMs) ? token.expiresAtMs : 0),
    },
    {
      key: 'uses',
      title: heads.enrolledWithIt,
      align: 'right',
      cell: ({ uses }) => uses,
      sortValue: ({ uses }) => uses,
    },
    {
      key: 'created',
      title: heads.made,
      cell: ({ createdAtMs }) => <Instant atMs={createdAtMs} nowMs={nowMs} />,
      sortValue: ({ createdAtMs }) => createdAtMs,
    },
    {
      key: 'revoke',
      title: '',
      align: 'right',
      cell: (token) =>
        isUsable(token, nowMs) ? (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={`${enrollmentText.revoke}: ${token.label}`}
            onClick={() => onRevoke(token)}
          >
            {enrollmentText.revoke}
          </Button>
        ) : null,
    },
  ];
}
