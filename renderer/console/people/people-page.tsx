/** People and the groups they belong to: two tabs of one page. */
import { lazy } from 'react';
import { consoleText } from '../../../shared/strings-console.ts';
import { peopleText } from '../../../shared/strings-people.ts';
import { PageHead } from '../parts.tsx';
import { hrefOf, type PageProps } from '../route.ts';
import { Tabs, tabOf } from '../tabs.tsx';

const PeopleTab = lazy(() => import('./people-tab.tsx'));
const GroupsTab = lazy(() => import('../groups/groups-tab.tsx'));

export default function PeoplePage({ route }: PageProps) {
  const tab = tabOf(peopleText.tabs, route.query.tab, 'people');
  return (
    <>
      <PageHead title={consoleText.pages.people} />
      <Tabs
        label={consoleText.pages.people}
        names={peopleText.tabs}
        current={tab}
        hrefOf={(name) => hrefOf('people', undefined, { tab: name })}
      />
      {tab === 'people' ? <PeopleTab /> : <GroupsTab groupId={route.query.group ?? null} />}
    </>
  );
}
