// The first module of a run's process when its program is packed. Plain JavaScript: to strip types costs 40 ms.
'use strict';
const { readFileSync } = require('node:fs');
const vm = require('node:vm');

const file = process.argv[2];
const pack = readFileSync(file);
// As in `pack-file.ts`: length of the program, 1 when it is UTF-16; then the program, then V8's code cache.
const end = 8 + pack.readUInt32LE(0);
const source = pack.toString(pack.readUInt32LE(4) === 1 ? 'utf16le' : 'latin1', 8, end);
const cachedData = end < pack.length ? pack.subarray(end) : undefined;
const script = new vm.Script(source, {
  filename: file,
  cachedData,
  importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});
const program = { exports: {} };
script.runInThisContext()(program.exports, requireLate, program);
program.exports.start(() => script.createCachedData());

/** Together they cost 12 ms of processor time, and few runs compute a hash or unpack something. */
function requireLate(id) {
  if (id !== 'node:crypto' && id !== 'node:zlib') return require(id);
  return new Proxy({}, { get: (_, name) => require(id)[name] });
}
