import type { Severity } from '../../model/severity.ts';
import type { ImportedFinding } from '../importer.ts';
import { sourcePath } from './place.ts';
import { cweNumbers, referencesTo, webLinks } from './references.ts';
import { firstSentence, firstText, oneLine } from './text.ts';

export interface VulnerablePackage {
  /** The advisory, as the tool calls it: the rule. */
  id: string;
  /** Other names of the same: CVE, GHSA, the database's own. */
  aliases?: readonly (string | null | undefined)[];
  title?: string | null;
  description?: string | null;
  /** Undefined when the report gives none: then it counts as medium, and a tag says so. */
  severity: Severity | undefined;
  /** As the tool calls it. */
  severityWord?: string | null | undefined;
  name: string;
  version?: string | null;
  purl: string;
  /** Versions or ranges without the fault. */
  fixed?: readonly string[];
  /** The lock file, or the folder or file that holds the package. */
  manifest?: string | null;
  cwe?: unknown;
  links?: unknown;
  /** Beyond the package and its manifest: where inside it the package stands. */
  key?: readonly string[];
}

/** A known vulnerability of a package, the same for every scanner of dependencies. */
export function vulnerablePackage(found: VulnerablePackage): ImportedFinding {
  const { id, name, purl } = found;
  const aliases = (found.aliases ?? []).flatMap((alias) => (alias && alias !== id ? [alias] : []));
  const cwe = cweNumbers(found.cwe);
  const about = referencesTo([id, ...aliases], { purl, cwe });
  const numbered = new Set(about.map(({ value }) => value));
  const tags = aliases.filter((alias) => !numbered.has(alias) && !/^(?:CVE|GHSA)-/i.test(alias));
  const severity = found.severity ?? 'medium';
  if (!found.severity) tags.push('severity-not-given');
  const title = firstText(found.title, firstSentence(firstText(found.description)), id);
  const fixed = (found.fixed ?? []).filter((version) => version.trim() !== '');
  const references = webLinks(found.links);
  const versioned = found.version ? `${name} ${found.version}` : name;
  const remedy = fixed.length > 0 ? `Fixed in ${fixed.join(', ')}.` : 'No fixed version is known.';
  return {
    type: 'finding',
    rule: id,
    ruleText: {
      title: oneLine(title, 200),
      severity,
      ...(cwe.length > 0 ? { cwe } : {}),
      ...(tags.length > 0 ? { tags: [...new Set(tags)] } : {}),
      why: firstText(found.description, title),
      // One advisory may be about several packages: which version is in the message of the finding.
      fix: 'Update the package to a version without the fault, or stop using what is vulnerable.',
      ...(references.length > 0 ? { references } : {}),
    },
    at: {
      kind: 'package',
      purl,
      ...(found.manifest ? { manifest: sourcePath(found.manifest) } : {}),
    },
    key: [name, ...(found.key ?? [])],
    message: oneLine(`${versioned}: ${title.replace(/\.$/, '')}. ${remedy}`, 500),
    severity,
    severityWord: found.severityWord,
    about,
  };
}
