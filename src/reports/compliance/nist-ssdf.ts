import { OWASP_TOP_10 } from './owasp-top-10.ts';
import type { FrameworkTable } from './table.ts';

const of = (...ids: string[]) =>
  OWASP_TOP_10.categories.filter(({ id }) => ids.includes(id)).flatMap(({ cwe }) => cwe);
/** Memory and types: the weaknesses of unmanaged languages. */
const MEMORY = [119, 120, 121, 122, 125, 134, 190, 191, 401, 415, 416, 787, 843];

export const NIST_SSDF: FrameworkTable = {
  id: 'nist-ssdf',
  title: 'NIST SSDF 1.1 (SP 800-218)',
  about:
    'Practices of the Secure Software Development Framework that findings bear on. The framework describes how software is made and names no CWE numbers: a finding is a sign that the practice did not reach this place.',
  categories: [
    {
      id: 'PS.1',
      title: 'Protect all forms of code from unauthorized access and tampering',
      cwe: [219, 259, 260, 321, 506, 509, 522, 538, 540, 552, 615, 798],
    },
    {
      id: 'PS.2',
      title: 'Provide a mechanism for verifying software release integrity',
      cwe: [345, 347, 353, 494, 829, 830],
    },
    {
      id: 'PW.1',
      title: 'Design software to meet security requirements and mitigate security risks',
      cwe: [...of('A06:2025'), 306, 307, 862],
    },
    {
      id: 'PW.4',
      title: 'Reuse existing, well-secured software when feasible',
      cwe: [426, 427, 447, 477, 937, 1035, 1104, 1329, 1357, 1395],
    },
    {
      id: 'PW.5',
      title: 'Create source code by adhering to secure coding practices',
      cwe: [
        ...new Set([
          ...of('A01:2025', 'A04:2025', 'A05:2025', 'A07:2025', 'A09:2025', 'A10:2025'),
          502,
          915,
          918,
          943,
          1236,
          1321,
          1333,
          1336,
          ...MEMORY,
        ]),
      ],
    },
    {
      id: 'PW.6',
      title: 'Configure the compilation, interpreter, and build processes to improve executable security',
      cwe: [489, 693, 733, 1191],
    },
    {
      id: 'PW.9',
      title: 'Configure software to have secure settings by default',
      cwe: [...of('A02:2025'), 276, 548, 732, 1021, 1188, 1275, 1392, 1393],
    },
  ],
};
