import { type InputHTMLAttributes, type ReactNode, useEffect, useState } from 'react';
import { TextInput } from '../../../ui/input.tsx';

interface CommittedInputProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'> {
  id: string;
  label: ReactNode;
  hint?: ReactNode;
  error?: string | undefined;
  value: string;
  /** When the field is left, or Enter is pressed: says what is wrong with it, if anything. */
  onCommit: (value: string) => string | undefined;
}

/** A field whose value counts only when it is complete: a name that others refer to. */
export function CommittedInput({ value, onCommit, error, ...input }: CommittedInputProps) {
  const [text, setText] = useState(value);
  const [wrong, setWrong] = useState<string>();
  useEffect(() => {
    setText(value);
    setWrong(undefined);
  }, [value]);
  const commit = () => {
    if (text !== value) setWrong(onCommit(text));
  };
  return (
    <TextInput
      {...input}
      value={text}
      error={wrong ?? error}
      onChange={(event) => setText(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
      }}
    />
  );
}
