import './facet.css';

interface FacetProps<T extends string> {
  label: string;
  options: readonly { value: T; label: string }[];
  chosen: readonly string[];
  onChange: (values: T[]) => void;
}

/** Chips that switch values of one key on and off; none chosen means all. */
export function Facet<T extends string>({ label, options, chosen, onChange }: FacetProps<T>) {
  const toggle = (value: T) => {
    const next = options
      .map((option) => option.value)
      .filter((own) => chosen.includes(own) !== (own === value));
    onChange(next);
  };
  return (
    <fieldset className="facet">
      <legend className="visually-hidden">{label}</legend>
      <span className="facet-label" aria-hidden="true">
        {label}
      </span>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          className="facet-chip"
          aria-pressed={chosen.includes(option.value)}
          onClick={() => toggle(option.value)}
        >
          {option.label}
        </button>
      ))}
    </fieldset>
  );
}
