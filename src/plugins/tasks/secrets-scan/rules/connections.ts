import { format, RANK, type SecretRule } from '../rule.ts';
import { opaqueToken, passwordInPlace, urlPassword } from '../validators/credentials.ts';
import { basicCredentials } from '../validators/verdicts.ts';

/** After `://`, is there a `:` and then an `@` before the address ends? Addresses without a password end sooner. */
function userInfoFollows(bytes: Uint8Array, after: number, end: number): boolean {
  const limit = Math.min(end, after + 300);
  let colon = false;
  for (let at = after; at < limit; at++) {
    const byte = bytes[at] as number;
    if (byte === 0x40) return colon;
    if (byte === 0x3a) colon = true;
    // White space, quotes, <, >, /, ?, # and ` end the part with the user; # and ? may stand in a careless password.
    else if (
      byte <= 0x20 ||
      byte === 0x22 ||
      byte === 0x27 ||
      byte === 0x2f ||
      byte === 0x3c ||
      byte === 0x3e ||
      byte === 0x60
    )
      return false;
  }
  return false;
}

const DATABASE =
  /(?<scheme>postgres(?:ql)?|mysql2?|mariadb|mongodb|redis|rediss|amqps?|mssql|sqlserver|clickhouse|cassandra|cockroachdb|couchdb|elasticsearch|nats|kafka|neo4j|bolt|ldaps?|db2|oracle|snowflake|trino|presto)/;
const BEFORE_DATABASE = new RegExp(`(?:^|[^a-z0-9])${DATABASE.source}(?:\\+[a-z0-9]+)?://$`, 'i');
const USER_INFO =
  /:\/\/(?<user>[^\s:/@"'`<>]{0,128}):(?<secret>[^\s/@"'`<>]{1,256}(?:@[^\s/@:"'`<>.]{1,64})?)@(?<host>[^\s/"'`<>?#,;)\]}\\]{1,256})/;

export const CONNECTION_RULES: readonly SecretRule[] = [
  format({
    id: 'database-url-password',
    name: 'Password in the address of a database or queue',
    severity: 'critical',
    gives: 'The address opens the database, queue or directory with everything in it.',
    revoke: 'Change the password of the account at the server.',
    keywords: ['://'],
    scope: 'inside',
    gate: userInfoFollows,
    pattern: USER_INFO,
    placeholders: 'template',
    check: (match) =>
      BEFORE_DATABASE.test(`${match.before.slice(0, match.before.lastIndexOf('://'))}://`) &&
      urlPassword(match),
    rank: RANK.format + 1,
    hit: [
      'DATABASE_URL=postgres://app:[[alnum:14]]@db.shop.test:5432/shop',
      'uri: "mongodb+srv://app:[[alnum:14]]@cluster0.shop.test/main"',
    ],
    ok: [
      'postgres://[[env:USER]]:[[env:PASSWORD]]@db/shop',
      { file: 'README.md', text: 'postgres://user:password@localhost:5432/mydb' },
      'postgres://localhost:5432/shop',
    ],
  }),
  format({
    id: 'url-password',
    name: 'Password in an address',
    gives: 'The address signs in at its host.',
    revoke: 'Change the password, or revoke the token, at the host.',
    keywords: ['://'],
    scope: 'inside',
    gate: userInfoFollows,
    pattern: USER_INFO,
    placeholders: 'template',
    check: (match) =>
      !BEFORE_DATABASE.test(`${match.before.slice(0, match.before.lastIndexOf('://'))}://`) &&
      urlPassword(match),
    hit: [
      'git clone https://deploy:[[alnum:16]]@git.shop.test/app.git',
      'proxy=http://ann:[[alnum:9]]!@proxy.shop.test:3128',
    ],
    ok: [
      'https://user:password@example.com/',
      'https://x:[[env:TOKEN]]@github.com/a/b',
      'http://localhost:8080/@scope/name',
      { file: 'url.test.js', text: "parse('http://user:pass@host/')" },
    ],
  }),
  format({
    id: 'connection-string-password',
    name: 'Password in a connection string',
    severity: 'critical',
    gives: 'The connection string opens the database with everything in it.',
    revoke: 'Change the password of the account at the server.',
    keywords: ['password=', 'pwd='],
    scope: 'line',
    pattern:
      /(?:^|[;"'\s])(?:[Pp]assword|PASSWORD|[Pp]wd|PWD)\s?=\s?(?<secret>[^;"'\s<>]{2,200})(?=$|[;"'\s<])/,
    check: (match) =>
      /(?:Server|Data Source|Host|Initial Catalog|User ?Id|Uid|Username|AccountName|Database|sslmode|dbname)\s?=/i.test(
        match.input,
      ) &&
      /[;]/.test(match.input) &&
      passwordInPlace(match),
    hit: [
      {
        file: 'appsettings.json',
        text: '"Db": "Server=db1;Database=shop;User Id=app;Password=[[alnum:12]];"',
      },
    ],
    ok: [
      {
        file: 'appsettings.json',
        text: '"Db": "Server=db1;Database=shop;User Id=app;Password=[[env:DB_PASSWORD]];"',
      },
    ],
  }),
  format({
    id: 'jdbc-url-password',
    name: 'Password in a JDBC address',
    severity: 'critical',
    gives: 'The address opens the database with everything in it.',
    revoke: 'Change the password of the account at the server.',
    keywords: ['jdbc:'],
    scope: 'inside',
    pattern:
      /jdbc:[a-z0-9]{2,20}:(?:thin:[^\s"'<>/@]{1,64}\/(?<secret>[^\s"'<>@/]{1,128})@|[^\s"'<>]{0,300}?[?&;](?:password|pwd)=(?<secret>[^\s"'&;<>]{2,200}))/i,
    check: passwordInPlace,
    hit: [
      'url=jdbc:mysql://db1/shop?user=app&password=[[alnum:12]]',
      'jdbc:oracle:thin:app/[[alnum:10]]@//db1:1521/orcl',
    ],
    ok: ['jdbc:mysql://db1/shop?user=app&password=[[env:pw]]'],
  }),
  format({
    id: 'http-basic-credentials',
    name: 'Credentials in an HTTP header',
    gives: 'Base 64 is no encryption: the header holds user and password.',
    revoke: 'Change the password at the service.',
    keywords: ['basic '],
    scope: 'inside',
    pattern: /[Bb]asic (?<secret>[A-Za-z0-9+/]{10,400}={0,2})(?![A-Za-z0-9+/=])/,
    check: (match) => /authorization|auth|header|-H\b/i.test(match.before) && basicCredentials(match),
    hit: ['curl -H "Authorization: Basic [[base64 ann:correct-horse-7]]"'],
    ok: ['Authorization: Basic authentication', 'Authorization: Basic [[env:credentials]]'],
  }),
  format({
    id: 'http-bearer-token',
    name: 'Bearer token in an HTTP header',
    gives: 'The token acts for its owner at the service that is called.',
    revoke: 'Revoke the token at the service.',
    keywords: ['bearer '],
    scope: 'inside',
    rank: RANK.generic + 1,
    placeholders: 'weak',
    pattern: /[Bb]earer (?<secret>[A-Za-z0-9._~+/-]{20,600}={0,2})(?![A-Za-z0-9._~+/=-])/,
    reach: 640,
    check: (match) => /authorization|header|-H\b/i.test(match.before) && opaqueToken(match),
    hit: ['curl -H "Authorization: Bearer [[alnum:40]]" https://api.shop.test'],
    ok: [
      'Authorization: Bearer [[env:token]]',
      'Authorization: Bearer your-access-token-here',
      "headers: { Authorization: 'Bearer ' + token }",
    ],
  }),
  format({
    id: 'command-line-password',
    name: 'Password on a command line',
    gives: 'The command signs in; its line also stands in the history and in process lists.',
    revoke: 'Change the password at the service.',
    keywords: [
      'sshpass',
      '--password',
      '--passwd',
      '-storepass',
      '-keypass',
      'pass:',
      '-asplaintext',
      'docker login',
      'htpasswd -',
      'sudo -s',
      'mysql',
      'net use',
    ],
    scope: 'line',
    placeholders: 'template',
    pattern:
      /(?:\bsshpass\s+-p\s*|--passw(?:or)?d(?:=|\s+)|-(?:store|key)pass\s+|-pass(?:in|out)?\s+pass:|ConvertTo-SecureString\s+(?:-String\s+)?|docker login\b[^\n]{0,120}?\s-p[ =]?|htpasswd\s+-[a-zA-Z]*b[a-zA-Z]*\s+\S+\s+\S+\s+|echo\s+(?=[^|\n]{1,80}\|\s*sudo\s+-S)|\bmysql(?:dump|admin)?\s[^\n|]{0,120}?\s-p(?! )|net use\s[^\n]{0,120}\s(?=\S+\s+\/user:))["']?(?<secret>[^\s"'`|;)]{3,128})/,
    check: ({ value, file, input }) => {
      if (value.startsWith('-') || /^[$%({<[]|=$|^(?:\||\/)/.test(value)) return false;
      if (file.kind === 'code' && !/["'`]/.test(input)) return false;
      return passwordInPlace({ value, file: { ...file, settings: file.settings || file.kind === 'other' } });
    },
    hit: [
      { file: '.bash_history', text: 'sshpass -p [[alnum:10]] ssh root@web1' },
      { file: 'run.sh', text: 'mysql -u root -p[[alnum:10]] shop' },
      { file: 'run.ps1', text: '$p = ConvertTo-SecureString "[[alnum:12]]" -AsPlainText -Force' },
    ],
    ok: [
      { file: 'run.sh', text: 'mysql -u root -p"$MYSQL_PASSWORD" shop' },
      { file: 'run.sh', text: 'tool --password-file secret.txt' },
    ],
  }),
  format({
    id: 'curl-user-password',
    name: 'User and password of a curl call',
    gives: 'The call signs in at its host.',
    revoke: 'Change the password at the host.',
    keywords: ['curl ', 'wget '],
    scope: 'line',
    pattern:
      /\b(?:curl|wget)\b[^\n]{0,300}?\s(?:-u\s*|--user[= ]|--http-password=|--proxy-user[= ])["']?(?:[^\s"':]{1,64}:)?(?<secret>[^\s"'`]{3,128})/,
    check: (match) =>
      /:|http-password/.test(match.input) &&
      /-u\s*["']?[^\s"':]+:|--(?:proxy-)?user[= ]["']?[^\s"':]+:|--http-password/.test(match.input) &&
      passwordInPlace(match),
    hit: [{ file: 'deploy.sh', text: 'curl -u deploy:[[alnum:12]] https://api.shop.test/release' }],
    ok: [
      { file: 'deploy.sh', text: 'curl -u "$USER:$PASSWORD" https://api.shop.test/' },
      { file: 'README.md', text: 'curl -u user:password https://api.shop.test/' },
    ],
  }),
  format({
    id: 'sql-account-password',
    name: 'Password in a database statement',
    gives: 'The password signs in at the database as that account.',
    revoke: 'Change the password of the account at the server.',
    keywords: ['identified by', 'with password', "password '", 'encrypted password'],
    scope: 'line',
    pattern:
      /(?:IDENTIFIED\s+(?:WITH\s+\S+\s+)?BY|(?:CREATE|ALTER)\s+(?:USER|ROLE|LOGIN)\s[^;\n]{1,160}?(?:WITH\s+)?(?:ENCRYPTED\s+)?PASSWORD\s*=?)\s+N?["'](?<secret>[^"'\n]{2,128})["']/i,
    check: (match) =>
      !/^(?:md5[0-9a-f]{32}|SCRAM-|\*[0-9A-F]{40})/.test(match.value) &&
      /\b(?:user|role|login|grant|create|alter|set)\b/i.test(match.before) &&
      passwordInPlace(match),
    hit: [
      { file: 'init.sql', text: "CREATE USER 'app'@'%' IDENTIFIED BY '[[alnum:12]]';" },
      { file: 'init.sql', text: "ALTER ROLE app WITH PASSWORD '[[alnum:12]]';" },
    ],
    ok: [{ file: 'init.sql', text: "CREATE USER app IDENTIFIED BY '[[env:PASSWORD]]';" }],
  }),
  format({
    id: 'credentials-in-call',
    name: 'User and password in a call',
    gives: 'The call signs in with the account that is written in it.',
    revoke: 'Change the password of the account.',
    keywords: [
      '.login(',
      'auth=(',
      '.auth(',
      'basic_auth(',
      'basicauth(',
      'networkcredential(',
      'getconnection(',
      'mysqli(',
      'mysql_connect(',
      'ftp_login(',
      'new pdo(',
      'authenticator(',
      'withcredentials(',
    ],
    scope: 'inside',
    placeholders: 'filler',
    pattern:
      /(?:\.login|auth=|\.auth|basic_auth|[Bb]asicAuth|NetworkCredential|getConnection|mysqli|mysql_connect|ftp_login|new PDO|Authenticator|withCredentials)\((?:[^()\n"']{0,80},)?(?:\s*["'](?:jdbc:|mysql:|pgsql:|https?:|localhost|[\w.-]+\.[a-z]{2,})[^"'\n]{0,160}["']\s*,)?\s*["'](?<user>[^"'\n\s]{1,80})["']\s*,\s*["'](?<secret>[^"'\n\s]{3,80})["']/,
    check: ({ value, groups, file }) => {
      if (/[(){}<>]|^\W+$/.test(value) || value === groups.user) return false;
      return passwordInPlace({ value, file });
    },
    hit: [
      { file: 'sync.js', text: "conn.login('ann@shop.test', 'correcthorse7', done);" },
      { file: 'pull.py', text: "requests.get(url, auth=('ann', '[[alnum:10]]'))" },
    ],
    ok: [
      { file: 'sync.js', text: "conn.login('user', 'password', done);" },
      { file: 'pull.py', text: 'requests.get(url, auth=(user, password))' },
    ],
  }),
];
