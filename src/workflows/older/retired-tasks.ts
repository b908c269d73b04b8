/** Tasks of the older product that SentinelX leaves out on purpose: by the words of their name → why. */
const RETIRED: readonly { words: readonly string[]; why: string }[] = [
  {
    words: [
      ...[
        'exploit',
        'exploits',
        'exploitation',
        'autopwn',
        'autoexploit',
        'pwn',
        'rop',
        'metasploit',
        'msf',
        'poc',
      ],
      ...['weaponize', 'weaponise', 'zeroday'],
    ],
    why: 'SentinelX finds weaknesses and does not build or run exploits for them',
  },
  {
    words: [
      'shellcode',
      'payload',
      'payloads',
      'msfvenom',
      'dropper',
      'implant',
      'backdoor',
      'rootkit',
      'trojan',
      'ransomware',
      'malware',
      'keylogger',
      'webshell',
    ],
    why: 'SentinelX does not make payloads or malicious programs',
  },
  {
    words: [
      'c2',
      'c2server',
      'cnc',
      'beacon',
      'botnet',
      'rat',
      'reverse-shell',
      'bind-shell',
      'command-control',
      'command-and-control',
    ],
    why: 'SentinelX does not control other machines (command and control)',
  },
  {
    words: [
      'lateral-move',
      'lateral-movement',
      'lateral',
      'pivot',
      'pivoting',
      'psexec',
      'wmiexec',
      'pass-the-hash',
      'persistence',
      'post-exploit',
      'postexploit',
    ],
    why: 'SentinelX does not move through or stay in a network that it examines',
  },
  {
    words: [
      'social-eng',
      'social-engineering',
      'socialeng',
      'phishing',
      'phish',
      'spearphish',
      'spearphishing',
      'vishing',
      'smishing',
      'pretexting',
    ],
    why: 'SentinelX does not deceive people (social engineering, phishing)',
  },
  {
    words: ['privesc', 'privilege-escalation', 'priv-esc', 'escalate', 'uac-bypass', 'getsystem'],
    why: 'SentinelX does not raise its rights on a machine (privilege escalation)',
  },
  {
    words: [
      ...[
        'brute-force',
        'bruteforce',
        'bruteforcer',
        'credential-attack',
        'credential-stuffing',
        'password-spray',
        'password-spraying',
      ],
      ...[
        'password-crack',
        'password-cracker',
        'password-cracking',
        'hash-crack',
        'hashcrack',
        'kerberoast',
        'kerberoasting',
        'mimikatz',
      ],
      ...[
        'credential-dump',
        'credential-dumping',
        'cred-dump',
        'hydra',
        'auth-bypass',
        'credential-harvest',
        'credential-harvester',
      ],
    ],
    why: 'SentinelX does not guess, break or steal credentials',
  },
  {
    words: [
      'evasion',
      'av-evasion',
      'av-bypass',
      'edr-bypass',
      'amsi-bypass',
      'waf-bypass',
      'obfuscate',
      'obfuscator',
      'anti-forensics',
      'log-wiper',
    ],
    why: 'SentinelX does not hide from those who watch (evasion)',
  },
  {
    words: [
      'exfil',
      'exfiltrate',
      'exfiltration',
      'ddos',
      'dos',
      'flood',
      'flooder',
      'stress-attack',
      'arp-spoof',
      'mitm',
    ],
    why: 'SentinelX does not take data out of a network, and does not disturb one',
  },
];

/** Beside a word above, these say that it is about finding such a thing: `c2-detection`, `phishing-url-check`. */
const DEFENSIVE = new Set(
  (
    'detect detection detector analysis analyze analyzer analyser analyse intel intelligence feed lookup hunt hunting ' +
    'check checker classify classifier monitor report-import advisories exploited known prevention defense defence protection ' +
    'static scan scanner'
  ).split(' '),
);

/** Why a task of the older product is not here, or undefined when it is simply not known. */
export function retired(id: string): string | undefined {
  const name = id
    .trim()
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
  const parts = name.split('-').filter(Boolean);
  if (parts.some((part) => DEFENSIVE.has(part))) return undefined;
  const padded = `-${parts.join('-')}-`;
  const found = RETIRED.find(({ words }) => words.some((word) => padded.includes(`-${word}-`)));
  return found?.why;
}
