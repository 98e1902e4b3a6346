/** What surrounds every page: theme, tones, light and dark as the system says, and the style nonce. */
import { MantineProvider } from '@mantine/core';
import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { invariant } from '../../shared/outcome.ts';
import { readStyleNonce } from './nonce.ts';
import { resolveVariables, theme } from './theme.ts';
import './base.css';

function Page({ children }: { readonly children: ReactNode }) {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={resolveVariables}
      defaultColorScheme="auto"
      getStyleNonce={readStyleNonce}
    >
      {children}
    </MantineProvider>
  );
}

/** Draws `content` into the page's #root. */
export function drawPage(content: ReactNode): void {
  const root = document.getElementById('root');
  invariant(root, 'index.html has #root');
  createRoot(root).render(<Page>{content}</Page>);
}
