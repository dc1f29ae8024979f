'use strict';
// What both node drivers share: the list of files comes as JSON on the input, the verdicts
// `{path: [[place, message], ...]}` go to the file named as first argument.
const fs = require('node:fs');
const Module = require('node:module');

exports.main = (verdict) => {
  const verdicts = {};
  for (const path of JSON.parse(fs.readFileSync(0, 'utf8'))) {
    try {
      verdicts[path] = verdict(JSON.parse(fs.readFileSync(path, 'utf8')));
    } catch (error) {
      verdicts[path] = [['', `${error.name}: ${error.message}`]];
    }
  }
  fs.writeFileSync(process.argv[2], JSON.stringify(verdicts));
};

// A package that is not installed becomes a thing that can be called, constructed, extended and asked for anything.
// Definitions and validators name their libraries when they are loaded and use them only when a flow runs.
const nothing = (name) =>
  new Proxy(function () {}, {
    get(target, key) {
      if (key === 'prototype') return target.prototype;
      if (key === 'then') return undefined;
      if (key === Symbol.toPrimitive) return () => name;
      return nothing(`${name}.${String(key)}`);
    },
    set: () => true,
    apply: () => nothing(`${name}()`),
    construct: (_target, _given, type) => Object.create(type.prototype ?? {}),
  });

exports.withoutMissingPackages = () => {
  const load = Module._load;
  Module._load = function (request, ...rest) {
    try {
      return load.call(this, request, ...rest);
    } catch (error) {
      const outside = !request.startsWith('.') && !request.startsWith('/');
      if (error.code === 'MODULE_NOT_FOUND' && outside) return nothing(request);
      throw error;
    }
  };
  globalThis.document = nothing('document');
};
