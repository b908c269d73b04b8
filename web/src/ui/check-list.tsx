import './check-list.css';

interface CheckListProps<T extends string> {
  legend: string;
  options: readonly { value: T; label: string; note?: string }[];
  chosen: readonly T[];
  onChange: (chosen: T[]) => void;
  error?: string | undefined;
}

/** A group of boxes to tick, in the order of the options. */
export function CheckList<T extends string>({ legend, options, chosen, onChange, error }: CheckListProps<T>) {
  const toggle = (value: T) =>
    onChange(options.map((option) => option.value).filter((own) => chosen.includes(own) !== (own === value)));
  return (
    <fieldset className="check-list">
      <legend className="field-label">{legend}</legend>
      {error ? <p className="field-error">{error}</p> : null}
      <div className="check-list-options">
        {options.map(({ value, label, note }) => (
          <label key={value} className="check">
            <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggle(value)} />
            <span>
              {label}
              {note ? <span className="check-note mono">{note}</span> : null}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
