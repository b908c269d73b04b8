import { useTranslation } from 'react-i18next';
import { TextInput } from '../../ui/input.tsx';
import { SelectInput } from '../../ui/select-input.tsx';
import { cronOf, PRESETS, type Preset } from './preset.ts';

/** As cron numbers them, shown from Monday on. */
const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
const SHOWN = [1, 2, 3, 4, 5, 6, 0];

interface WhenFieldsProps {
  preset: Preset;
  error: string | undefined;
  onChange: (preset: Preset) => void;
}

/** How often and when, in words; the expression below is the same. */
export function WhenFields({ preset, error, onChange }: WhenFieldsProps) {
  const { t } = useTranslation();
  const time = 'time' in preset ? preset.time : '02:00';
  const choose = (every: string) => {
    switch (every) {
      case 'hour':
        return onChange({ every, minute: 0 });
      case 'day':
      case 'weekday':
        return onChange({ every, time });
      case 'week':
        return onChange({ every, day: 1, time });
      case 'month':
        return onChange({ every, day: 1, time });
      default:
        return onChange({ every: 'custom', cron: cronOf(preset) });
    }
  };
  return (
    <>
      <div className="schedule-two">
        <SelectInput
          id="schedule-every"
          label={t('schedule.every')}
          options={PRESETS.map((value) => ({ value, label: t(`schedule.preset.${value}`) }))}
          value={preset.every}
          onChange={choose}
        />
        {preset.every === 'hour' ? (
          <TextInput
            id="schedule-minute"
            label={t('schedule.minute')}
            type="number"
            min={0}
            max={59}
            value={String(preset.minute)}
            onChange={(event) =>
              onChange({ ...preset, minute: Math.min(59, Number(event.target.value) || 0) })
            }
          />
        ) : null}
        {preset.every === 'week' ? (
          <SelectInput
            id="schedule-weekday"
            label={t('schedule.day')}
            options={SHOWN.map((day) => ({
              value: String(day),
              label: t(`schedule.weekday.${DAYS[day] ?? 'sunday'}`),
            }))}
            value={String(preset.day)}
            onChange={(day) => onChange({ ...preset, day: Number(day) })}
          />
        ) : null}
        {preset.every === 'month' ? (
          <TextInput
            id="schedule-day"
            label={t('schedule.dayOfMonth')}
            type="number"
            min={1}
            max={31}
            value={String(preset.day)}
            onChange={(event) =>
              onChange({ ...preset, day: Math.max(1, Math.min(31, Number(event.target.value) || 1)) })
            }
          />
        ) : null}
        {'time' in preset ? (
          <TextInput
            id="schedule-time"
            label={t('schedule.time')}
            type="time"
            value={preset.time}
            onChange={(event) => event.target.value && onChange({ ...preset, time: event.target.value })}
          />
        ) : null}
      </div>
      {preset.every === 'custom' ? (
        <TextInput
          id="schedule-cron"
          label={t('schedule.cron')}
          hint={t('schedule.cronHint')}
          className="mono"
          autoComplete="off"
          spellCheck={false}
          value={preset.cron}
          error={error}
          onChange={(event) => onChange({ every: 'custom', cron: event.target.value })}
        />
      ) : null}
    </>
  );
}
