import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { TextInput } from '../../ui/input.tsx';
import { SelectInput } from '../../ui/select-input.tsx';
import { SchedulePreview, usePreview } from '../schedules/schedule-preview.tsx';
import { cronOfRepeat, REPEATS, type Repeat, type RepeatDraft } from './repeat.ts';

/** As cron numbers them, shown from Monday on. */
const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
const SHOWN = [1, 2, 3, 4, 5, 6, 0];

interface RepeatFieldsProps {
  draft: RepeatDraft;
  /** Why it cannot be repeated. */
  barred: string | undefined;
  zoneProblem: string | undefined;
  onChange: (change: Partial<RepeatDraft>) => void;
}

/** Once, or at certain times: then with a sentence and the next five of them. */
export function RepeatFields({ draft, barred, zoneProblem, onChange }: RepeatFieldsProps) {
  const { t } = useTranslation();
  const zones = useId();
  const { preview, problem } = usePreview(cronOfRepeat(draft), draft.zone);
  const repeat = barred ? 'never' : draft.repeat;
  return (
    <fieldset className="report-templates report-repeat">
      <legend className="field-label">{t('repeat.title')}</legend>
      <div className="report-fields">
        <SelectInput
          id="report-repeat"
          label={t('schedule.every')}
          value={repeat}
          disabled={barred !== undefined}
          hint={barred}
          onChange={(value) => onChange({ repeat: value as Repeat })}
          options={REPEATS.map((value) => ({ value, label: t(`repeat.every.${value}`) }))}
        />
        {repeat === 'week' ? (
          <SelectInput
            id="report-repeat-weekday"
            label={t('schedule.day')}
            value={String(draft.weekday)}
            onChange={(day) => onChange({ weekday: Number(day) })}
            options={SHOWN.map((day) => ({
              value: String(day),
              label: t(`schedule.weekday.${DAYS[day] ?? 'sunday'}`),
            }))}
          />
        ) : null}
        {repeat === 'month' ? (
          <TextInput
            id="report-repeat-day"
            label={t('schedule.dayOfMonth')}
            type="number"
            min={1}
            max={31}
            value={String(draft.dayOfMonth)}
            onChange={(event) =>
              onChange({ dayOfMonth: Math.max(1, Math.min(31, Number(event.target.value) || 1)) })
            }
          />
        ) : null}
        {repeat === 'never' ? null : (
          <>
            <TextInput
              id="report-repeat-time"
              label={t('schedule.time')}
              type="time"
              value={draft.time}
              onChange={(event) => event.target.value && onChange({ time: event.target.value })}
            />
            <TextInput
              id="report-repeat-zone"
              label={t('schedule.zone')}
              list={zones}
              autoComplete="off"
              spellCheck={false}
              value={draft.zone}
              error={problem?.message ?? zoneProblem}
              onChange={(event) => onChange({ zone: event.target.value })}
            />
            <datalist id={zones}>
              {['UTC', ...Intl.supportedValuesOf('timeZone')].map((name) => (
                <option key={name} value={name} />
              ))}
            </datalist>
          </>
        )}
      </div>
      {repeat !== 'never' && preview ? <SchedulePreview preview={preview} zone={draft.zone} /> : null}
    </fieldset>
  );
}
