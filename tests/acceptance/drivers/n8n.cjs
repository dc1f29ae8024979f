'use strict';
// What n8n's own library says of workflows, with the node types of its two packages.
// Started as: node n8n.cjs VERDICTS ENVIRONMENT < PATHS
const fs = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const { main } = require('./shared.cjs');

const environment = process.argv[3];
const library = createRequire(join(environment, 'package.json'));
const { NodeHelpers, Workflow } = library('n8n-workflow');
const { Tournament } = createRequire(library.resolve('n8n-workflow'))('@n8n/tournament');

// The descriptions as the packages ship them for n8n's own lazy loader (n8n-core, LazyPackageDirectoryLoader).
const descriptions = new Map();
for (const name of ['n8n-nodes-base', '@n8n/n8n-nodes-langchain']) {
  const file = join(environment, 'archives', name, 'dist', 'types', 'nodes.json');
  for (const one of JSON.parse(fs.readFileSync(file, 'utf8'))) {
    const type = `${name}.${one.name}`;
    descriptions.set(type, [...(descriptions.get(type) ?? []), one]);
  }
}

// n8n makes a tool of each node that says `usableAsTool`; its type is the node's with `Tool` behind it.
const asTool = (one) => one.usableAsTool && { ...one, inputs: [], outputs: ['ai_tool'] };

const described = (type, version) => {
  const base = type.replace(/Tool$/, '');
  const known = descriptions.get(type) ?? (descriptions.get(base) ?? []).map(asTool).filter(Boolean);
  const description = known.find((one) => version === undefined || [one.version].flat().includes(version));
  return description && { description };
};
const nodeTypes = { getByName: described, getByNameAndVersion: described, getKnownTypes: () => ({}) };

const counted = (ends) => {
  const numbers = {};
  for (const type of NodeHelpers.getConnectionTypes(ends)) numbers[type] = (numbers[type] ?? 0) + 1;
  return numbers;
};

const ofNode = (node) => {
  const type = described(node.type, node.typeVersion);
  if (!type) return [`unrecognized node type: ${node.type} ${node.typeVersion}`];
  const issues = NodeHelpers.getNodeParametersIssues(type.description.properties, node, type.description);
  return issues ? NodeHelpers.nodeIssuesToString(issues, node) : [];
};

const parser = new Tournament(() => {});
function* ofExpressions(value) {
  if (typeof value === 'string') {
    if (!value.startsWith('=')) return;
    try {
      parser.getExpressionCode(value.slice(1));
    } catch (error) {
      yield `expression ${JSON.stringify(value.slice(0, 60))}: ${error.message}`;
    }
  } else if (value && typeof value === 'object') {
    for (const item of Object.values(value)) yield* ofExpressions(item);
  }
}

function* ofConnections(workflow) {
  for (const [source, byType] of Object.entries(workflow.connectionsBySourceNode)) {
    const node = workflow.nodes[source];
    if (!node) yield [source, 'connections of a node that does not exist'];
    const from = node && described(node.type, node.typeVersion);
    const outputs = from && counted(NodeHelpers.getNodeOutputs(workflow, node, from.description));
    for (const [type, slots] of Object.entries(byType)) {
      for (const [index, slot] of slots.entries()) {
        if (slot?.length && outputs && index >= (outputs[type] ?? 0)) yield [source, `no output ${type} ${index}`];
        for (const end of slot ?? []) yield* ofEnd(workflow, source, end);
      }
    }
  }
}

function* ofEnd(workflow, source, end) {
  const node = workflow.nodes[end.node];
  if (!node) yield [source, `connected to a node that does not exist: ${end.node}`];
  const type = node && described(node.type, node.typeVersion);
  if (!type) return;
  const inputs = counted(NodeHelpers.getNodeInputs(workflow, node, type.description));
  // Several connections may end at one input; sub-nodes share theirs as well.
  if (end.type === 'main' ? end.index >= (inputs.main ?? 0) : !inputs[end.type]) {
    yield [end.node, `no input ${end.type} ${end.index}`];
  }
}

main((file) => {
  const complaints = [];
  const names = file.nodes.map((node) => node.name);
  for (const name of names.filter((one, index) => names.indexOf(one) !== index)) {
    complaints.push([name, 'two nodes have this name']);
  }
  const parameters = file.nodes.flatMap((node) => [...ofExpressions(node.parameters)].map((one) => [node.name, one]));
  const workflow = new Workflow({ nodes: file.nodes, connections: file.connections, active: false, nodeTypes });
  for (const node of Object.values(workflow.nodes)) {
    complaints.push(...ofNode(node).map((message) => [node.name, message]));
  }
  return [...complaints, ...parameters, ...ofConnections(workflow)];
});
