/** The console's pages by name, each loaded when it is first opened. */
import { type ComponentType, lazy } from 'react';
import {
  IconArmchair,
  IconBan,
  IconChartBar,
  IconDeviceDesktop,
  IconHistory,
  IconKey,
  IconLayoutDashboard,
  IconListNumbers,
  IconUsers,
} from '../kit/icons.ts';
import type { PageName, PageProps } from './route.ts';

interface PageEntry {
  readonly Page: ComponentType<PageProps>;
  readonly Icon: typeof IconKey;
}

export const PAGES: Readonly<Record<PageName, PageEntry>> = {
  overview: { Page: lazy(() => import('./overview/overview-page.tsx')), Icon: IconLayoutDashboard },
  pools: { Page: lazy(() => import('./pools/pools-page.tsx')), Icon: IconArmchair },
  queue: { Page: lazy(() => import('./queue/queue-page.tsx')), Icon: IconListNumbers },
  workstations: { Page: lazy(() => import('./workstations/workstations-page.tsx')), Icon: IconDeviceDesktop },
  people: { Page: lazy(() => import('./people/people-page.tsx')), Icon: IconUsers },
  denials: { Page: lazy(() => import('./denials/denials-page.tsx')), Icon: IconBan },
  usage: { Page: lazy(() => import('./usage/usage-page.tsx')), Icon: IconChartBar },
  enrollment: { Page: lazy(() => import('./enrollment/enrollment-page.tsx')), Icon: IconKey },
  log: { Page: lazy(() => import('./log/log-page.tsx')), Icon: IconHistory },
};
