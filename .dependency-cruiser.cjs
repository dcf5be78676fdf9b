// A room imports only rooms that stand before it in the flow. dsp/ and formats/ stand before all.
const flow = [
  'sources',
  'sensors',
  'timeline',
  'signal',
  'beats',
  'classify',
  'explain',
  'alerts',
  'outputs',
  'evaluate',
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphan-import', severity: 'error', from: {}, to: { couldNotResolve: true } },
    ...flow.map((room, position) => ({
      name: `${room}-looks-back-only`,
      comment: `${room}/ may import only rooms before it in the flow`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: {
        path: [
          ...flow.slice(position + 1).map((later) => `^src/${later}/`),
          '^src/gateway\\.ts$',
          '^src/cli/',
        ],
      },
    })),
    {
      name: 'base-rooms-know-nobody',
      comment:
        'formats/ and dsp/ are pure: they import nothing of the project, and formats/ and the codec nothing of Node but its types',
      severity: 'error',
      from: { path: '^src/(formats|dsp)/' },
      to: { path: '^(src/(?!formats/|dsp/)|firmware-protocol/)' },
    },
    {
      name: 'codec-runs-in-a-browser',
      severity: 'error',
      from: { path: '^firmware-protocol/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'codec-stands-alone',
      severity: 'error',
      from: { path: '^firmware-protocol/' },
      to: { path: '^src/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
    builtInModules: { add: [] },
  },
};
