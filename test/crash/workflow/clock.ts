/** Sets the clock of this process by some hours, some time after its start, as a machine whose time is corrected. */
export function shiftedClock({ afterMs, byMs }: { afterMs: number; byMs: number }): void {
  const real = Date.now.bind(Date);
  const begin = performance.now();
  const shift = () => (performance.now() - begin >= afterMs ? byMs : 0);
  const RealDate = Date;
  function now(): number {
    return real() + shift();
  }
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args) => Reflect.construct(target, args.length === 0 ? [now()] : args),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  });
}
