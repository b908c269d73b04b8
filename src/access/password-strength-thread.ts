/** Runs in a thread that `password-strength.ts` starts; nobody imports it. */
import { parentPort } from 'node:worker_threads';
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';

const estimator = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });

parentPort?.on('message', ({ id, password, words }: { id: number; password: string; words: string[] }) => {
  const { guessesLog10, feedback } = estimator.check(password, words);
  parentPort?.postMessage({ id, guessesLog10, warning: feedback.warning });
});
