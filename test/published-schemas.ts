import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';

/** The schemas that the standards publish, as packages of others carry them. */
const MODULES = new URL('../node_modules/', import.meta.url);
const schema = (path: string) => JSON.parse(readFileSync(new URL(path, MODULES), 'utf8'));

/** SARIF 2.1.0: draft 4, of which it uses what later drafts understand as well. */
export function sarifSchema(): ValidateFunction {
  const {
    $schema: _draft,
    id: _id,
    ...rest
  } = schema('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
  // One of its patterns is none of Unicode mode.
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  formats.default(ajv);
  return ajv.compile(rest);
}

/** CycloneDX 1.6. */
export function cyclonedxSchema(): ValidateFunction {
  const at = '@cyclonedx/cyclonedx-library/res/schema';
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    unicodeRegExp: false,
    // Two formats that ajv-formats does not have.
    formats: { 'iri-reference': true, 'idn-email': true },
  });
  formats.default(ajv);
  for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs'])
    ajv.addSchema(
      schema(`${at}/${name}.SNAPSHOT.schema.json`),
      `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`,
    );
  return ajv.compile(schema(`${at}/bom-1.6.SNAPSHOT.schema.json`));
}
