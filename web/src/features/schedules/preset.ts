/** How often, in the words of a form; everything else is a cron expression that somebody wrote. */
export type Preset =
  | { every: 'hour'; minute: number }
  | { every: 'day' | 'weekday'; time: string }
  | { every: 'week'; day: number; time: string }
  | { every: 'month'; day: number; time: string }
  | { every: 'custom'; cron: string };

export const PRESETS = ['hour', 'day', 'weekday', 'week', 'month', 'custom'] as const;

export function cronOf(preset: Preset): string {
  if (preset.every === 'custom') return preset.cron;
  if (preset.every === 'hour') return `${preset.minute} * * * *`;
  const [hour = 0, minute = 0] = preset.time.split(':').map(Number);
  switch (preset.every) {
    case 'day':
      return `${minute} ${hour} * * *`;
    case 'weekday':
      return `${minute} ${hour} * * 1-5`;
    case 'week':
      return `${minute} ${hour} * * ${preset.day}`;
    case 'month':
      return `${minute} ${hour} ${preset.day} * *`;
  }
}

const NICKNAMES: Record<string, string> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
};

export function presetOf(cron: string): Preset {
  const text = NICKNAMES[cron.trim().toLowerCase()] ?? cron.trim();
  const [minute, hour, day, month, weekday] = text.split(/\s+/);
  const custom: Preset = { every: 'custom', cron };
  if (!isNumber(minute) || month !== '*') return custom;
  if (hour === '*' && day === '*' && weekday === '*') return { every: 'hour', minute: Number(minute) };
  if (!isNumber(hour)) return custom;
  const time = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
  if (day === '*' && weekday === '*') return { every: 'day', time };
  if (day === '*' && weekday === '1-5') return { every: 'weekday', time };
  if (day === '*' && isNumber(weekday)) return { every: 'week', day: Number(weekday) % 7, time };
  if (isNumber(day) && weekday === '*') return { every: 'month', day: Number(day), time };
  return custom;
}

function isNumber(text: string | undefined): text is string {
  return text !== undefined && /^\d{1,2}$/.test(text);
}
