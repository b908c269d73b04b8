/** Made when it is first asked for. A format of `Intl` takes longer to make than most of what is written with it. */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
