import { SentinelError } from '../../lib/errors.ts';
import type { WorkflowDefinition } from '../../model/workflow.ts';
import { inputFromText } from '../../workflows/definition/inputs.ts';
import { absolutePath, isLocalPath } from '../local-paths.ts';
import { parseYaml } from '../params-input.ts';
import { readText } from './read-file.ts';

export interface InputOptions {
  var?: readonly string[];
  inputs?: string;
}

/**
 * The file first, then each `--var`, typed as the workflow says. Paths are those of here: a server, and a later run, know nothing of
 * the folder in which the command was typed.
 */
export function readInputs(
  definition: Pick<WorkflowDefinition, 'inputs'>,
  options: InputOptions,
): Record<string, unknown> {
  const inputs: Record<string, unknown> = {
    ...(options.inputs === undefined
      ? {}
      : parseYaml(readText(options.inputs, `--inputs: ${options.inputs}`), options.inputs)),
  };
  for (const text of options.var ?? []) {
    const at = text.indexOf('=');
    if (at < 1)
      throw new SentinelError(
        'wrong-usage',
        `--var expects name=value, for example path=., not '${text.slice(0, 60)}'.`,
      );
    const name = text.slice(0, at);
    const input = Object.hasOwn(definition.inputs, name) ? definition.inputs[name] : undefined;
    Object.defineProperty(inputs, name, {
      value: input ? inputFromText(input, text.slice(at + 1)) : text.slice(at + 1),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  for (const [name, input] of Object.entries(definition.inputs)) {
    const value = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
    if (input.kind === 'path' && isLocalPath(value)) inputs[name] = absolutePath(value);
  }
  return inputs;
}
