import { anyCase } from '../../../../analysis/any-case.ts';
import { isNamed } from '../file-facts.ts';
import { format, RANK, type SecretRule } from '../rule.ts';
import { passwordHash } from '../validators/credentials.ts';

const GIVES = 'The hash can be tried against millions of passwords a second without anybody noticing.';
const REVOKE = 'Have the password changed, wherever it is used.';
const words = {
  gives: GIVES,
  revoke: REVOKE,
  severity: 'medium',
  cwe: [522],
  rank: RANK.named,
  placeholders: 'none',
} as const;

export const PASSWORD_HASH_RULES: readonly SecretRule[] = [
  format({
    ...words,
    id: 'bcrypt-hash',
    name: 'Password hash (bcrypt)',
    keywords: ['$2a$', '$2b$', '$2y$', '$2x$'],
    scope: 'inside',
    pattern: /\$2[abxy]\$(?:0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}(?![./A-Za-z0-9])/,
    check: passwordHash,
    hit: [{ file: 'dump.sql', text: "INSERT INTO users VALUES (1, '$2y$12$[[alnum:53]]');" }],
    ok: [{ file: 'README.md', text: '`$2y$12$[[alnum:53]]`' }, '$2y$10$...'],
  }),
  format({
    ...words,
    id: 'unix-password-hash',
    name: 'Password hash of a Unix account',
    keywords: ['$1$', '$5$', '$6$', '$y$', '$7$', '$gy$'],
    scope: 'inside',
    pattern:
      /\$(?:1\$[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{22}|5\$(?:rounds=\d{4,9}\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{43}|6\$(?:rounds=\d{4,9}\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{86}|g?y\$[./A-Za-z0-9]{3,8}\$[./A-Za-z0-9]{8,86}\$[./A-Za-z0-9]{43}|7\$[./A-Za-z0-9]{11,97}\$[./A-Za-z0-9]{43})(?![./A-Za-z0-9])/,
    check: passwordHash,
    hit: [
      { file: 'etc/shadow', text: 'root:$6$[[alnum:16]]$[[alnum:86]]:19000:0:99999:7:::' },
      'user:$1$[[alnum:8]]$[[alnum:22]]:1:1',
    ],
    ok: ['cost: $1$ and $5$', { file: 'etc/shadow', text: 'root:*:19000:0:99999:7:::' }],
  }),
  format({
    ...words,
    id: 'htpasswd-hash',
    name: 'Password hash of a web server',
    keywords: ['$apr1$', '{sha}', '{ssha}', '{ssha512}', '{smd5}'],
    scope: 'inside',
    pattern:
      /(?:\$apr1\$[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{22}|\{SHA\}[A-Za-z0-9+/]{27}=|\{SMD5\}[A-Za-z0-9+/]{24,40}={0,2}|\{SSHA(?:512)?\}[A-Za-z0-9+/]{32,120}={0,2})(?![./A-Za-z0-9+])/,
    check: passwordHash,
    hit: [
      { file: '.htpasswd', text: 'admin:$apr1$[[alnum:8]]$[[alnum:22]]' },
      { file: 'users.ldif', text: 'userPassword: {SSHA}[[b64:36]]' },
    ],
    ok: ['{SHA}', '$apr1$salt$hash'],
  }),
  format({
    ...words,
    id: 'htpasswd-des-hash',
    name: 'Password hash of a web server (DES)',
    keywords: [],
    scope: 'file',
    files: isNamed('.htpasswd', 'htpasswd', '.htdigest', 'passwd'),
    pattern: /^[^:#\s]{1,64}:(?<secret>[./0-9A-Za-z]{13})$/,
    check: passwordHash,
    hit: [{ file: '.htpasswd', text: 'admin:[[alnum:13]]' }],
    ok: [{ file: '.htpasswd', text: '# admin:password' }],
  }),
  format({
    ...words,
    id: 'argon2-hash',
    name: 'Password hash (Argon2 or scrypt)',
    keywords: ['$argon2', '$scrypt$'],
    scope: 'inside',
    pattern:
      /\$(?:argon2(?:id|i|d)\$(?:v=\d+\$)?m=\d+,t=\d+,p=\d+|scrypt\$(?:ln=\d+,r=\d+,p=\d+|\d+\$\d+\$\d+))\$[A-Za-z0-9+/]{8,90}={0,2}\$[A-Za-z0-9+/]{20,180}={0,2}/,
    check: passwordHash,
    hit: [{ file: 'users.csv', text: 'ann,$argon2id$v=19$m=65536,t=3,p=4$[[b64:22]]$[[b64:43]]' }],
    ok: ['$argon2id$v=19$m=65536'],
  }),
  format({
    ...words,
    id: 'django-password-hash',
    name: 'Password hash of Django or Werkzeug',
    keywords: ['pbkdf2_sha256$', 'pbkdf2_sha1$', 'pbkdf2:sha256', 'pbkdf2:sha512', 'bcrypt_sha256$$'],
    scope: 'inside',
    pattern:
      /pbkdf2(?:_sha(?:256|1)\$\d{3,8}\$[A-Za-z0-9]{6,64}\$[A-Za-z0-9+/]{27,44}={0,2}|:sha(?:256|512)(?::\d{3,8})?\$[A-Za-z0-9]{6,64}\$[0-9a-f]{64,128})/,
    check: passwordHash,
    hit: [{ file: 'users.json', text: '"password": "pbkdf2_sha256$390000$[[alnum:22]]$[[b64:43]]="' }],
    ok: ['pbkdf2_sha256$'],
  }),
  format({
    ...words,
    id: 'phpass-hash',
    name: 'Password hash of WordPress, phpBB or Drupal',
    keywords: ['$p$', '$h$', '$s$'],
    scope: 'inside',
    pattern: /\$(?:[PH]\$[5-9A-Z][./A-Za-z0-9]{30}|S\$[A-Z][./A-Za-z0-9]{51})(?![./A-Za-z0-9])/,
    check: (match) => /\d/.test(match.value.slice(4)) && passwordHash(match),
    hit: [{ file: 'dump.sql', text: "(1,'admin','$P$B[[alnum:29]]7','admin@shop.test')" }],
    ok: ['$P$Bshort', '$p$abc'],
  }),
  format({
    ...words,
    id: 'database-password-hash',
    name: 'Password hash of a database account',
    keywords: ['scram-sha-256$', 'identified by password', "password 'md5", 'identified with'],
    scope: 'inside',
    pattern: new RegExp(
      [
        /SCRAM-SHA-256\$\d{3,7}:[A-Za-z0-9+/]{16,60}={0,2}\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=/.source,
        `(?:${anyCase("identified by password '|identified with \\S{1,40} as '")})${/(?<secret>\*[0-9A-F]{40})/.source}`,
        `${anyCase('password')}${/ '(?<secret>md5[0-9a-f]{32})/.source}`,
      ].join('|'),
    ),
    check: passwordHash,
    hit: [
      { file: 'roles.sql', text: "ALTER ROLE app PASSWORD 'md5[[hex:32]]';" },
      { file: 'grants.sql', text: "GRANT USAGE ON *.* TO 'a'@'%' IDENTIFIED BY PASSWORD '*[[HEX:40]]'" },
    ],
    ok: ["PASSWORD 'md5'"],
  }),
  format({
    ...words,
    id: 'windows-password-hash',
    name: 'Password hash of a Windows account',
    severity: 'high',
    gives: 'A Windows hash signs in as it is, without the password.',
    keywords: [':::'],
    scope: 'line',
    pattern: /(?<![^\s\\])[^\s:\\]{1,64}:\d{1,10}:[0-9a-fA-F]{32}:(?<secret>[0-9a-fA-F]{32}):::/,
    check: (match) =>
      !/^(?:31d6cfe0d16ae931b73c59d7e0c089c0|0{32})$/i.test(match.value) && passwordHash(match),
    hit: [{ file: 'hashes.lst', text: 'Administrator:500:aad3b435b51404eeaad3b435b51404ee:[[hex:32]]:::' }],
    ok: [
      {
        file: 'hashes.lst',
        text: 'Guest:501:aad3b435b51404eeaad3b435b51404ee:31d6cfe0d16ae931b73c59d7e0c089c0:::',
      },
    ],
  }),
  format({
    ...words,
    id: 'network-device-password',
    name: 'Password of a network device',
    severity: 'high',
    gives: 'Type 7 and type 9 passwords of network devices can be turned back at once.',
    keywords: ['password 7 ', 'secret 5 ', 'secret 9 ', 'key 7 ', 'password 5 ', 'encrypted-password "'],
    scope: 'inside',
    pattern:
      /(?:(?:password|key) 7 (?<secret>[0-9A-F]{6,80})(?=\s|$)|(?:password|secret) (?:5 (?<secret>\$1\$\S{26,40})|9 (?<secret>\$9\$\S{30,80}))|encrypted-password "(?<secret>\$[1569]\$[^"]{8,120})")/,
    check: passwordHash,
    hit: [
      { file: 'router.cfg', text: 'username admin password 7 0[[digits:1]][[HEX:14]]' },
      { file: 'router.cfg', text: 'enable secret 9 $9$[[alnum:14]]$[[alnum:43]]' },
    ],
    ok: [{ file: 'notes.txt', text: 'The password 7 characters long' }],
  }),
];
