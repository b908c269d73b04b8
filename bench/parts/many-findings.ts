import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { openStore } from '../../src/store/open.ts';

export const PROJECT = 'prj_default';

/**
 * A store with so many findings, made by SQL: 300 rules, 9 tasks, 400 assets, five findings in a file, 30 people, a priority each, one in ten with a label, 6 % hidden; messages of which three of
 * four are distinct, one reference each, some hundred bytes of code. One in a thousand has a word of its own: `u<number>x`.
 */
export async function makeFindings(dataDir: string, count: number): Promise<void> {
  await (await openStore({ dataDir })).close();
  const db = new Sqlite(join(dataDir, 'sentinelx.db'));
  db.pragma('journal_mode = wal');
  db.pragma('synchronous = off');
  db.pragma('cache_size = -200000');
  const line = "'const value = compute(input, options); // a line of code'";
  const place =
    "'src/module-' || (k % 500) || '/part-' || (k % 200000 % 97) || '/file-' || (k % 200000) || '.ts'";
  const pick = (value: string, names: readonly string[]) =>
    `case ${value} ${names.map((name, index) => `when ${index} then '${name}'`).join(' ')} end`;
  const what = [
    'SQL injection through',
    'Credential in',
    'Unsafe use of',
    'No check for',
    'Redirect from',
    'Weak hash by',
  ];
  const severities = ['critical', 'high', 'medium', 'low', 'info'];
  // 5 % critical, 10 % high, 65 % medium, 15 % low, 5 % info.
  const rank = 'min(4, (h % 20 > 0) + (h % 20 > 2) + (h % 20 > 15) + (h % 20 > 18))';
  const time = (batch: string) => `1750000000000 + (${batch}) * 20000`;
  db.exec(`with recursive n(i) as (select 0 union all select i + 1 from n where i < ${count - 1}),
    r as (select i, (i * 7919 + 104729) % ${count} as k, i * 2654435761 % 4294967296 as h from n)
    insert into finding (id, project, asset, task, rule, rule_revision, title, message, severity, severity_rank, confidence, status,
      place, location, detail, first_seen, last_seen, first_run, last_run, fixed_run,
      assignee, priority, due, accept_until, snooze_until, hidden_by, merged_into)
    select printf('fnd_%08x-%04x-7%03x-8%03x-%012x', 28428714 + i / 65536, i % 65536, i % 4096, h % 4096, h),
      '${PROJECT}', 'ast_' || (h % 400), 'task-' || (h / 7 % 9), 'rule-' || (h / 11 % 300), 1,
      'Rule number ' || (h / 11 % 300) || ' was broken',
      case when k % 1000 = 7 then 'Marker u' || k || 'x in the handler'
        else ${pick('h % 6', what)} || ' value_' || (k % 400000) || ' in the handler' end,
      ${pick(rank, severities)}, ${rank}, ${pick('h / 3 % 3', ['low', 'medium', 'high'])},
      case h / 5 % 10 when 0 then 'fixed' when 1 then 'false-positive' when 2 then 'confirmed' else 'open' end,
      ${place}, json_object('kind', 'file', 'path', ${place}, 'region', json_object('startLine', 1 + h % 900)),
      json_object('evidence', null, 'excerpt', json_object('firstLine', 1, 'lines',
        json_array(${Array(6).fill(line).join(', ')})), 'flow', json_array(), 'about', json_array(), 'related', json_array()),
      ${time('i / 500')}, ${time('i / 500 + h % 1000')},
      'run_' || (i / 5000), 'run_' || ((i / 500 + h % 1000) / 10), null,
      case when h % 5 = 0 then 'usr_' || (h % 30) end, h % 101,
      case when ${rank} < 3 then ${time('i / 500')} + (${rank} + 1) * 604800000 end, null,
      case when h % 101 = 7 then 4102444800000 end, case when h % 33 = 5 then 'sup_' || (h % 8) end,
      case when h % 50 = 9 then 'fnd_other' end
    from r`);
  db.exec(
    `insert into finding_ref select id, project, 'cwe', cast(substr(rule, 6) % 40 as text) from finding`,
  );
  db.exec(
    `insert into finding_label select id, project, 'label ' || (rowid / 10 % 40) from finding where rowid % 10 = 0`,
  );
  db.exec(`with recursive n(i) as (select 0 union all select i + 1 from n where i < 399)
    insert into asset (id, project, kind, key, name, created) select 'ast_' || i, '${PROJECT}', 'path', 'key ' || i, 'asset ' || i, 1 from n`);
  db.pragma('wal_checkpoint(truncate)');
  db.close();
}
