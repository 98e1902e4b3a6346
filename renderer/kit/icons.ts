/** The icons of the pages: one kept outline set, each imported by itself. */
export { default as IconChevronRight } from '@tabler/icons-react/dist/esm/icons/IconChevronRight.mjs';
export { default as IconHelp } from '@tabler/icons-react/dist/esm/icons/IconHelp.mjs';
export { default as IconSearch } from '@tabler/icons-react/dist/esm/icons/IconSearch.mjs';
