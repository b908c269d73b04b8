/** Why a plug-in cannot be used: the file that it is about, and what is wrong with it. It stops nothing else. */
export class PluginProblem extends Error {
  /** Relative to the folder of the plug-in; `''` is the folder itself. */
  readonly at: string;

  constructor(at: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'PluginProblem';
    this.at = at;
  }
}
