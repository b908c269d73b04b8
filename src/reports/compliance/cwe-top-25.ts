import type { FrameworkTable } from './table.ts';

/** The list of December 2025 by rank: https://cwe.mitre.org/top25/archive/2025/2025_cwe_top25.html, the members of CWE view 1435. */
const RANKED: readonly (readonly [cwe: number, title: string])[] = [
  [79, 'Cross-site Scripting'],
  [89, 'SQL Injection'],
  [352, 'Cross-Site Request Forgery'],
  [862, 'Missing Authorization'],
  [787, 'Out-of-bounds Write'],
  [22, 'Path Traversal'],
  [416, 'Use After Free'],
  [125, 'Out-of-bounds Read'],
  [78, 'OS Command Injection'],
  [94, 'Code Injection'],
  [120, 'Classic Buffer Overflow'],
  [434, 'Unrestricted Upload of File with Dangerous Type'],
  [476, 'NULL Pointer Dereference'],
  [121, 'Stack-based Buffer Overflow'],
  [502, 'Deserialization of Untrusted Data'],
  [122, 'Heap-based Buffer Overflow'],
  [863, 'Incorrect Authorization'],
  [20, 'Improper Input Validation'],
  [284, 'Improper Access Control'],
  [200, 'Exposure of Sensitive Information'],
  [306, 'Missing Authentication for Critical Function'],
  [918, 'Server-Side Request Forgery'],
  [77, 'Command Injection'],
  [639, 'Authorization Bypass Through User-Controlled Key'],
  [770, 'Allocation of Resources Without Limits'],
];

export const CWE_TOP_25: FrameworkTable = {
  id: 'cwe-top-25',
  title: 'CWE Top 25 (2025)',
  about: 'The 25 most dangerous software weaknesses of 2025, in the order of their rank.',
  categories: RANKED.map(([cwe, title]) => ({ id: `CWE-${cwe}`, title, cwe: [cwe] })),
};
