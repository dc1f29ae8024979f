'use strict';
// What Flowise's own validators say of flows, with the node definitions of its components package.
// Started as: node flowise.cjs VERDICTS ENVIRONMENT < PATHS
const fs = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const { main, withoutMissingPackages } = require('./shared.cjs');

withoutMissingPackages();
const environment = process.argv[3];
const load = createRequire(join(environment, 'package.json'));
const archive = (...parts) => join(environment, 'archives', ...parts);
const { validateFlowData } = load(archive('flowise', 'dist', 'services', 'validation', 'index.js'));
const { validateFlow } = load(archive('@flowiseai', 'agentflow', 'dist', 'index.umd.js'));

function* scripts(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* scripts(path);
    else if (path.endsWith('.js')) yield path;
  }
}

// As the server's NodesPool makes them: one instance of every exported `nodeClass`.
const definitions = {};
for (const script of scripts(archive('flowise-components', 'dist', 'nodes'))) {
  const { nodeClass } = load(script);
  if (typeof nodeClass !== 'function') continue;
  const definition = new nodeClass();
  definitions[definition.name] = definition;
}

const isNote = (node) => /^stickyNote/.test(node.data?.name ?? '');

const server = (nodes, edges) =>
  validateFlowData(nodes, edges, definitions).flatMap((one) => one.issues.map((issue) => [one.id, issue]));

// A file brings its own copy of the definitions; the server trusts it. Here the real ones judge as well, where the
// node says that it is of their version.
const redefined = (node) => {
  const definition = definitions[node.data.name];
  const current = definition && definition.version === node.data.version;
  return current ? { ...node, data: { ...node.data, inputParams: definition.inputs } } : node;
};

const client = (nodes, edges) =>
  validateFlow(nodes, edges, Object.values(definitions))
    .errors.filter((one) => one.type === 'error')
    .map((one) => [one.nodeId ?? one.edgeId ?? '', one.message]);

function* ofNode(node) {
  const { data } = node;
  if (!definitions[data.name]) yield [node.id, `unknown node ${data.name}`];
  // The server goes through both without asking whether they are there (dist/utils/buildAgentflow.js, index.js).
  for (const list of ['inputParams', 'inputAnchors', 'outputAnchors']) {
    if (!Array.isArray(data[list])) yield [node.id, `data.${list} is not a list`];
  }
  if (data.version > (definitions[data.name]?.version ?? Infinity)) {
    yield [node.id, `version ${data.version} of ${data.name} does not exist`];
  }
}

// A choice that the definition does not offer is not refused, it is never met when the flow runs.
const offered = (params) => {
  const choices = {};
  for (const one of params ?? []) {
    if (one.type !== 'options' || !one.options || one.freeSolo) continue;
    choices[one.name] = [...(choices[one.name] ?? []), ...one.options.map((option) => option.name)];
  }
  return choices;
};
function* ofChoices(id, params, inputs) {
  for (const [name, names] of Object.entries(offered(params))) {
    const value = inputs?.[name];
    if (value && !names.includes(value) && !String(value).includes('{{')) yield [id, `${name} cannot be ${value}`];
  }
  for (const one of params ?? []) {
    if (one.type !== 'array' || !Array.isArray(inputs?.[one.name])) continue;
    for (const item of inputs[one.name]) yield* ofChoices(id, one.array, item);
  }
}

// React Flow draws no edge whose handle is not there.
const handles = (anchors) => (anchors ?? []).flatMap((one) => [one.id, ...(one.options ?? []).map((option) => option.id)]);
function* ofEdge(edge, byId) {
  const [source, target] = [byId.get(edge.source), byId.get(edge.target)];
  if (source && !handles(source.data.outputAnchors).includes(edge.sourceHandle)) {
    yield [edge.source, `no output ${edge.sourceHandle}`];
  }
  const inputs = target && [...handles(target.data.inputAnchors), ...handles(target.data.inputParams), target.id];
  if (inputs && !inputs.includes(edge.targetHandle)) yield [edge.target, `no input ${edge.targetHandle}`];
}

main(({ nodes, edges }) => {
  const real = nodes.filter((node) => !isNote(node));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const complaints = real.flatMap((node) => [
    ...ofNode(node),
    ...ofChoices(node.id, definitions[node.data.name]?.inputs, node.data.inputs),
  ]);
  if (byId.size < nodes.length) complaints.push(['', 'two nodes have one id']);
  complaints.push(...edges.flatMap((edge) => [...ofEdge(edge, byId)]));
  complaints.push(...server(real, edges), ...server(real.map(redefined), edges));
  if (nodes.some((node) => node.type === 'agentFlow')) complaints.push(...client(nodes, edges));
  return [...new Map(complaints.map((one) => [JSON.stringify(one), one])).values()];
});
