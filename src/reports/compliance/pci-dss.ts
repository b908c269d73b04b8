import type { FrameworkTable } from './table.ts';

export const PCI_DSS: FrameworkTable = {
  id: 'pci-dss-4',
  title: 'PCI DSS 4.0.1',
  about:
    'Requirements that findings of this kind bear on. The standard names kinds of attack and not CWE numbers; the numbers follow from them. An assessor decides whether a requirement is met.',
  categories: [
    {
      id: '2.2',
      title: 'System components are configured and managed securely',
      cwe: [
        5, 11, 13, 15, 16, 215, 219, 260, 489, 497, 526, 547, 548, 552, 693, 942, 1004, 1021, 1174, 1188,
        1392, 1393,
      ],
    },
    {
      id: '3.5',
      title: 'Stored account data is unreadable wherever it is stored',
      cwe: [256, 257, 311, 312, 313, 315, 316, 359, 922],
    },
    { id: '3.6', title: 'Cryptographic keys are secured', cwe: [320, 321, 324, 522] },
    {
      id: '4.2',
      title: 'Data is protected with strong cryptography during transmission',
      cwe: [295, 296, 297, 298, 299, 300, 319, 322, 523, 614, 757],
    },
    {
      id: '6.2.4 (injection)',
      title: 'Software is protected against injection attacks',
      cwe: [
        20, 74, 77, 78, 79, 80, 83, 86, 88, 89, 90, 91, 93, 94, 95, 96, 97, 98, 113, 116, 134, 564, 611, 643,
        644, 776, 917, 943, 1336,
      ],
    },
    {
      id: '6.2.4 (data)',
      title: 'Software is protected against attacks on data and data structures',
      cwe: [119, 120, 121, 122, 125, 129, 190, 191, 415, 416, 476, 502, 787, 843, 915, 1321],
    },
    {
      id: '6.2.4 (cryptography)',
      title: 'Software is protected against attacks on its use of cryptography',
      cwe: [
        261, 323, 325, 326, 327, 328, 329, 330, 331, 332, 334, 335, 336, 337, 338, 340, 342, 347, 759, 760,
        780, 916, 1240, 1241,
      ],
    },
    {
      id: '6.2.4 (business logic)',
      title: 'Software is protected against attacks on its business logic',
      cwe: [352, 362, 367, 434, 441, 444, 451, 472, 601, 602, 770, 799, 807, 837, 840, 841, 918],
    },
    {
      id: '6.2.4 (access control)',
      title: 'Software is protected against attacks on its access control',
      cwe: [
        22, 23, 36, 59, 73, 284, 285, 287, 288, 306, 346, 384, 425, 565, 566, 613, 639, 668, 732, 749, 862,
        863,
      ],
    },
    {
      id: '6.3',
      title: 'Vulnerabilities are identified and addressed, components among them',
      cwe: [447, 477, 937, 1035, 1104, 1329, 1357, 1395],
    },
    { id: '6.4.3', title: 'Scripts of payment pages are managed', cwe: [353, 829, 830] },
    {
      id: '7.2',
      title: 'Access is assigned by need and with least privileges',
      cwe: [250, 266, 269, 276, 281, 282, 283, 286],
    },
    {
      id: '8.3',
      title: 'Strong authentication of users and administrators',
      cwe: [258, 262, 263, 289, 290, 294, 302, 303, 304, 305, 307, 308, 309, 521, 620, 640, 1390, 1391],
    },
    { id: '8.6', title: 'Application and system accounts: no passwords in code', cwe: [259, 540, 615, 798] },
    { id: '10.2', title: 'Audit logs hold what one needs to find misuse', cwe: [117, 221, 223, 532, 778] },
    {
      id: '11.6',
      title: 'Unauthorised changes are detected',
      cwe: [345, 426, 427, 494, 506, 509, 784, 926],
    },
  ],
};
