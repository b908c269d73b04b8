const KEEP_MS = 5 * 60_000;

let typed: { login: string; password: string } | null = null;
let ending: ReturnType<typeof setTimeout> | undefined;

/**
 * The password with which somebody has just signed in, for the page that asks for a new one: it is not typed twice. In the memory of
 * the page only, for five minutes at most.
 */
export function keepTyped(given: { login: string; password: string }): void {
  clearTimeout(ending);
  typed = given;
  ending = setTimeout(forgetTyped, KEEP_MS);
}

export function typedFor(login: string): string | undefined {
  return typed?.login.toLowerCase() === login.toLowerCase() ? typed.password : undefined;
}

export function forgetTyped(): void {
  clearTimeout(ending);
  typed = null;
}
