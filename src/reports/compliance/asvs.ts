import type { FrameworkTable } from './table.ts';

export const ASVS: FrameworkTable = {
  id: 'asvs-5',
  title: 'OWASP ASVS 5.0',
  about:
    'The chapters of the Application Security Verification Standard 5.0. The standard itself names no CWE numbers any more: which weakness belongs to which chapter follows from the subject of the chapter.',
  categories: [
    {
      id: 'V1',
      title: 'Encoding and Sanitization',
      cwe: [
        74, 77, 78, 79, 80, 83, 86, 88, 89, 90, 91, 93, 94, 95, 96, 97, 98, 113, 116, 117, 134, 502, 564, 611,
        643, 644, 776, 917, 918, 943, 1236, 1321, 1333, 1336,
      ],
    },
    {
      id: 'V2',
      title: 'Validation and Business Logic',
      cwe: [20, 129, 183, 190, 191, 235, 362, 367, 501, 602, 799, 807, 837, 840, 841, 1284, 1286, 1287],
    },
    {
      id: 'V3',
      title: 'Web Frontend Security',
      cwe: [346, 352, 353, 451, 601, 614, 693, 829, 830, 942, 1004, 1021, 1022, 1275],
    },
    { id: 'V4', title: 'API and Web Service', cwe: [436, 441, 444, 650, 749, 770, 1385] },
    { id: 'V5', title: 'File Handling', cwe: [22, 23, 36, 59, 73, 409, 434, 552, 646] },
    {
      id: 'V6',
      title: 'Authentication',
      cwe: [
        255, 258, 259, 262, 263, 287, 288, 289, 290, 291, 294, 302, 303, 304, 305, 306, 307, 308, 309, 521,
        522, 620, 640, 1390, 1391, 1392, 1393,
      ],
    },
    { id: 'V7', title: 'Session Management', cwe: [331, 384, 488, 539, 565, 613] },
    {
      id: 'V8',
      title: 'Authorization',
      cwe: [266, 269, 276, 282, 284, 285, 286, 425, 566, 639, 732, 862, 863],
    },
    { id: 'V9', title: 'Self-contained Tokens', cwe: [345, 347] },
    { id: 'V10', title: 'OAuth and OIDC', cwe: [940, 941] },
    {
      id: 'V11',
      title: 'Cryptography',
      cwe: [
        208, 261, 320, 321, 323, 324, 325, 326, 327, 328, 329, 330, 332, 334, 335, 336, 337, 338, 340, 342,
        385, 759, 760, 780, 916, 1240, 1241,
      ],
    },
    { id: 'V12', title: 'Secure Communication', cwe: [295, 296, 297, 298, 299, 300, 319, 322, 523, 757] },
    {
      id: 'V13',
      title: 'Configuration',
      cwe: [5, 11, 13, 15, 16, 215, 219, 260, 489, 497, 526, 540, 547, 548, 615, 798],
    },
    {
      id: 'V14',
      title: 'Data Protection',
      cwe: [200, 201, 212, 256, 311, 312, 313, 315, 316, 359, 377, 379, 524, 525, 538, 598, 668, 922],
    },
    {
      id: 'V15',
      title: 'Secure Coding and Architecture',
      cwe: [
        119, 120, 121, 122, 125, 242, 400, 401, 415, 416, 426, 427, 470, 476, 477, 494, 506, 676, 787, 833,
        843, 915, 937, 1035, 1104, 1329, 1357, 1395,
      ],
    },
    {
      id: 'V16',
      title: 'Security Logging and Error Handling',
      cwe: [
        209, 221, 223, 248, 252, 369, 390, 391, 396, 397, 460, 532, 544, 550, 636, 703, 754, 755, 756, 778,
      ],
    },
    { id: 'V17', title: 'WebRTC', cwe: [] },
  ],
};
