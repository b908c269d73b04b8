/**
 * In a process that has one run after the other: what a run is tricked to add to a prototype (`__proto__` in its input) would be
 * there for the next. Nothing can be added any more; freezing them whole breaks code that gives an error its own `name`.
 */
export function closePrototypes(): void {
  const shared = [
    ...[Object, Function, Array, String, Number, Boolean, BigInt, Symbol, RegExp, Date, Promise, Error],
    ...[Map, Set, WeakMap, WeakSet, ArrayBuffer, DataView, Uint8Array, URL, URLSearchParams],
    ...[AbortController, AbortSignal, Event, EventTarget, TextDecoder, TextEncoder],
  ];
  for (const one of shared) {
    Object.preventExtensions(one);
    Object.preventExtensions(one.prototype);
  }
  for (const one of [JSON, Math, Reflect, Object.getPrototypeOf(Uint8Array.prototype)])
    Object.preventExtensions(one);
}
