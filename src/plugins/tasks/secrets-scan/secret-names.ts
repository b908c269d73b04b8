/** What the name of a variable or key says about its value. */
export type NameKind = 'password' | 'key';

/** `DB_PASSWORD`, `apiKey`, `userPassword`, `client-secret` say secret; `passwordField`, `token_type`, `max_tokens` do not. */
export function nameKind(name: string): NameKind | undefined {
  const words = wordsOf(name);
  if (words.some((word) => NOT_A_SECRET.has(word))) return undefined;
  for (let at = words.length - 1; at >= 0; at--) {
    const kind = kindOfWord(words[at] as string, words[at - 1]);
    if (kind)
      return words.slice(at + 1).every((word) => AFTER.has(word) || /^\d+$/.test(word)) ? kind : undefined;
  }
  return undefined;
}

export function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

const PASSWORD_ENDING =
  /(?:password|passwd|passwrd|passphrase|passcode|passw|userpass|dbpass|rootpass|adminpass|mypass|ftppass|smtppass|mailpass|sshpass|sqlpass|pgpass|ldappass|redispass|storepass|keypass)$/;
const KEY_ENDING =
  /(?:secret|apikey|accesskey|secretkey|authkey|privatekey|encryptionkey|signingkey|masterkey|sessionkey|accountkey|sharedkey|servicekey|appkey|cookiekey|authtoken|accesstoken|apitoken|bearertoken|usertoken|bottoken|clientsecret|appsecret)$/;
const BEFORE_KEY = new Set(
  'api access secret private auth encryption encrypt signing sign master session account shared service app application cookie license storage deploy jwt hmac crypt cipher aes webhook authentication'.split(
    ' ',
  ),
);
/** Words that may stand behind the one that says secret. */
const AFTER = new Set(
  'value val str string base b64 base64 encoded plain plaintext raw prod production dev development test staging live default old new current main admin root user app api db v1 v2 key keys env var const global local id1 a b'.split(
    ' ',
  ),
);
/** With one of these, the name is about a secret, not one: a label, a rule, a place, a message. */
const NOT_A_SECRET = new Set(
  'public pub csrf xsrf min max length len size count num number limit type types kind field fields label labels placeholder hint message msg msgs error errors err title text texts description desc help url uri href link path file filename filepath dir name names regex regexp pattern policy rule rules required require requires optional enabled enable disabled disable show hide hidden visible toggle reset forgot forget change changed confirm confirmation confirmed repeat retype verify verification validate validation valid invalid missing wrong incorrect match matches mismatch strength expiry expires expiration expired expire ttl age timeout lifetime rotation rotate input output selector element class icon button page screen view form route endpoint method param params header headers prefix suffix separator delimiter format generator generate get set has is are was can should must will need needs allow allowed deny denied prompt ask please enter provide lexer parser parse syntax punctuator eof symbol cancel cancellation abort kid source store storage schema column table index event action handler callback listener provider factory manager helper util utils service_name vault'.split(
    ' ',
  ),
);

function kindOfWord(word: string, before: string | undefined): NameKind | undefined {
  if (
    word === 'pass' ||
    word === 'pwd' ||
    PASSWORD_ENDING.test(word) ||
    (word.endsWith('pwd') && word.length < 12)
  )
    return 'password';
  if (
    word === 'token' ||
    word === 'auth' ||
    word === 'credential' ||
    word === 'credentials' ||
    KEY_ENDING.test(word)
  )
    return 'key';
  if ((word === 'key' || word === 'keys') && before && (BEFORE_KEY.has(before) || KEY_ENDING.test(before)))
    return 'key';
  return undefined;
}
