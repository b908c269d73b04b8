import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useId, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/client.ts';
import type { Params } from '../../api/types.ts';
import { problemOf } from '../../ui/field-problems.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { TextInput } from '../../ui/input.tsx';
import { SelectInput } from '../../ui/select-input.tsx';
import { Theirs } from '../../ui/theirs.tsx';
import { toast } from '../../ui/toast.tsx';
import { conflicting, useEdit } from '../../ui/use-edit.ts';
import { Fields } from '../tasks/form/fields.tsx';
import { fieldsOf } from '../tasks/form/schema.ts';
import { workflowNamesQuery, workflowQuery } from '../workflows/queries.ts';
import type { Schedule } from '../workflows/types.ts';
import { schedulesApi } from '../workflows/workflows-api.ts';
import { cronOf, type Preset, presetOf } from './preset.ts';
import { SchedulePreview, usePreview } from './schedule-preview.tsx';
import { StartsAlready } from './starts-already.tsx';
import { WhenFields } from './when-fields.tsx';
import '../tasks/run-form.css';

interface ScheduleDialogProps {
  /** What is changed; a new one when absent. */
  schedule?: Schedule;
  workflow?: string;
  onClose: () => void;
}

const OVERLAP = ['skip', 'queue', 'allow', 'cancel'] as const;
const CATCH_UP = ['one', 'none', 'all'] as const;
type Overlap = (typeof OVERLAP)[number];
type CatchUp = (typeof CATCH_UP)[number];

/** When a workflow runs: a preset becomes an expression, with a sentence and the next times in its zone. */
export function ScheduleDialog({ schedule, workflow: chosen, onClose }: ScheduleDialogProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const zones = useId();
  const [workflow, setWorkflow] = useState(schedule?.workflow ?? chosen ?? '');
  const [preset, setPreset] = useState<Preset>(presetOf(schedule?.cron ?? '0 2 * * *'));
  const [zone, setZone] = useState(schedule?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  const [overlap, setOverlap] = useState<Overlap>(schedule?.overlap ?? 'skip');
  const [catchUp, setCatchUp] = useState<CatchUp>(schedule?.catchUp ?? 'one');
  const [jitter, setJitter] = useState(schedule && schedule.jitter > 0 ? seconds(schedule.jitter) : '');
  const [inputs, setInputs] = useState<Params>(schedule?.inputs ?? {});
  const names = useQuery(workflowNamesQuery);
  const detail = useQuery({ ...workflowQuery(workflow), enabled: workflow !== '' });
  const fields = useMemo(() => fieldsOf(detail.data?.inputs ?? {}), [detail.data]);
  const cron = cronOf(preset);
  const { preview, problem } = usePreview(cron, zone);
  const body = { cron, zone, overlap, catchUp, jitter: jitter.trim() || '0s', inputs };
  const parts = (
    of: Pick<Schedule, 'cron' | 'zone' | 'overlap' | 'catchUp'> & { wait: string; given: Params },
  ) => [
    { label: t('schedule.cron'), value: of.cron },
    { label: t('schedule.zone'), value: of.zone },
    { label: t('schedule.overlap'), value: t(`schedule.overlaps.${of.overlap}`) },
    { label: t('schedule.catchUp'), value: t(`schedule.catchUps.${of.catchUp}`) },
    { label: t('schedule.jitter'), value: of.wait },
    { label: t('data.inputs'), value: canonicalText(of.given) },
  ];
  const partsOf = (of: Schedule) => parts({ ...of, wait: seconds(of.jitter), given: of.inputs });
  const edit = useEdit<Schedule>({
    shown: schedule ?? null,
    path: `/api/v1/schedules/${encodeURIComponent(schedule?.id ?? '')}`,
    read: () => schedulesApi.get(schedule?.id ?? ''),
    parts: partsOf,
  });
  const save = useMutation({
    mutationFn: () =>
      schedule
        ? edit.send((seen) => schedulesApi.update(schedule.id, body, seen))
        : schedulesApi.create({ workflow, ...body }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['schedules'] });
      toast(t('schedule.saved'));
      onClose();
    },
  });
  const problems = save.error instanceof ApiError ? save.error.fields : [];
  return (
    <FormDialog
      title={schedule ? t('schedule.editTitle', { name: schedule.name }) : t('schedule.newTitle')}
      action={t('action.save')}
      wide
      pending={save.isPending}
      error={conflicting(save.error, edit.theirs) ? null : save.error}
      fields={[
        'cron',
        'zone',
        'jitter',
        'workflow',
        ...fields.flatMap(({ path }) => [path, `inputs.${path}`]),
      ]}
      onSubmit={() => {
        if (problem === null) save.mutate();
      }}
      onClose={onClose}
    >
      {edit.theirs ? (
        <Theirs
          theirs={partsOf(edit.theirs)}
          yours={parts({ cron, zone, overlap, catchUp, wait: jitter.trim() || '0s', given: inputs })}
        />
      ) : null}
      {schedule ? null : (
        <SelectInput
          id="schedule-workflow"
          label={t('schedule.workflow')}
          options={[
            ...(workflow === '' ? [{ value: '', label: t('schedule.choose') }] : []),
            ...(names.data?.items.map(({ name }) => ({ value: name, label: name })) ?? []),
          ]}
          value={workflow}
          error={problemOf(save.error, 'workflow')}
          onChange={(name) => {
            setWorkflow(name);
            setInputs({});
          }}
        />
      )}
      {schedule ? null : <StartsAlready workflow={workflow} />}
      <WhenFields
        preset={preset}
        error={problem?.field === 'cron' ? problem.message : problemOf(save.error, 'cron')}
        onChange={setPreset}
      />
      <TextInput
        id="schedule-zone"
        label={t('schedule.zone')}
        list={zones}
        autoComplete="off"
        spellCheck={false}
        value={zone}
        error={problem?.field === 'zone' ? problem.message : problemOf(save.error, 'zone')}
        onChange={(event) => setZone(event.target.value)}
      />
      <datalist id={zones}>
        {['UTC', ...Intl.supportedValuesOf('timeZone')].map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {preview ? <SchedulePreview preview={preview} zone={zone} /> : null}
      <div className="schedule-two">
        <SelectInput
          id="schedule-overlap"
          label={t('schedule.overlap')}
          options={OVERLAP.map((value) => ({ value, label: t(`schedule.overlaps.${value}`) }))}
          value={overlap}
          onChange={(value) => setOverlap(value as Overlap)}
        />
        <SelectInput
          id="schedule-catch-up"
          label={t('schedule.catchUp')}
          options={CATCH_UP.map((value) => ({ value, label: t(`schedule.catchUps.${value}`) }))}
          value={catchUp}
          onChange={(value) => setCatchUp(value as CatchUp)}
        />
      </div>
      <TextInput
        id="schedule-jitter"
        label={t('schedule.jitter')}
        hint={t('schedule.jitterHint')}
        placeholder="10m"
        autoComplete="off"
        value={jitter}
        error={problemOf(save.error, 'jitter')}
        onChange={(event) => setJitter(event.target.value)}
      />
      {fields.length > 0 ? (
        <div className="params">
          <h3>{t('data.inputs')}</h3>
          <Fields
            fields={fields}
            params={inputs}
            errors={new Map(problems.map(({ field, message }) => [field.replace(/^inputs\./, ''), message]))}
            onChange={setInputs}
            onBlur={() => undefined}
          />
        </div>
      ) : null}
    </FormDialog>
  );
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1000)}s`;
}

/** The same inputs in the same words, however their keys are ordered. */
function canonicalText(inputs: Params): string {
  return Object.entries(inputs)
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
