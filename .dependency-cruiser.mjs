// Who may import whom: the table of docs/ARCHITECTURE.md as rules.
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { pathNot: allowed },
});

const npm = 'node_modules';
const core = '^(node:)?[a-z0-9_/]+$';

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    only(
      'shared-is-pure',
      '^shared/',
      ['^shared/', `${npm}/zod`],
      'shared runs everywhere: no system, no page, no server',
    ),
    {
      name: 'shared-no-node',
      severity: 'error',
      from: { path: '^shared/' },
      to: { dependencyTypes: ['core'] },
    },
    only(
      'agent-is-electron-free',
      '^main/agent/',
      ['^shared/', '^main/agent/', npm, core],
      'the agent host outlives the shell',
    ),
    only(
      'shell-is-thin',
      '^main/shell/',
      ['^shared/', '^main/shell/', npm, core],
      'the shell starts the host by path and talks to its socket',
    ),
    only(
      'command-loads-commands',
      '^main/cli/',
      ['^shared/', '^main/cli/', '^main/agent/commands/', '^server/commands/', npm, core],
      'the command reaches the other halves through their commands only',
    ),
    only('pages-know-shared', '^renderer/', ['^shared/', '^renderer/', npm], 'pages run in a browser'),
    {
      name: 'pages-no-node',
      severity: 'error',
      from: { path: '^renderer/', pathNot: 'vite.*config' },
      to: { dependencyTypes: ['core'] },
    },
    only(
      'server-knows-no-workstation',
      '^server/',
      ['^shared/', '^server/', npm, core],
      'the server never touches a process',
    ),
    {
      name: 'electron-in-shell-only',
      severity: 'error',
      from: { pathNot: '^main/shell/' },
      to: { path: `${npm}/electron/` },
    },
    {
      name: 'pure-decisions',
      comment: 'decisions, reducers and views take everything as an argument',
      severity: 'error',
      from: {
        path: '^(server/ledger/decide/|server/ledger/(evolve|state|events|commands|line|seats|allocation|groups|hours|rights|room|standing|watched|pushes|views|mine-view|waiting|execute|snapshot)|server/usage/usage-record|main/agent/session/|main/agent/sensors/(process-match|app-activity|observations)|main/agent/report/reconnect|main/shell/(tray-view|icon-pixels))',
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'pure-ledger',
      severity: 'error',
      from: { path: '^server/ledger/decide/' },
      to: {
        path: '^server/',
        pathNot:
          '^server/ledger/(decide/|state|events|commands|line|seats|allocation|groups|hours|rights|room|standing|waiting)\\b',
      },
    },
    {
      name: 'sql-in-stores-only',
      severity: 'error',
      from: { path: '^server/', pathNot: '^server/stores/' },
      to: { path: 'node:sqlite|^sqlite$' },
    },
    {
      name: 'one-agent-os',
      severity: 'error',
      from: { path: '^main/agent/', pathNot: '^main/agent/sensors/os/' },
      to: { path: '^main/agent/sensors/os/(linux|win32|darwin)/' },
    },
  ],
  options: {
    doNotFollow: { path: npm },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.cjs', '.d.ts', '.json'],
    },
    exclude: { path: '(^|/)dist/' },
  },
};
