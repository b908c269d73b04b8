import { Search } from 'lucide-react';
import type { InputHTMLAttributes, Ref } from 'react';
import './search-field.css';

interface SearchFieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  /** The key that brings the focus here. */
  shortcut?: string;
  inputRef?: Ref<HTMLInputElement>;
}

export function SearchField({ label, shortcut, inputRef, className, ...input }: SearchFieldProps) {
  return (
    <div className="search-field">
      <Search size={16} aria-hidden="true" />
      <input
        {...input}
        ref={inputRef}
        className={`input ${className ?? ''}`}
        aria-label={label}
        placeholder={input.placeholder ?? label}
      />
      {shortcut ? <kbd className="wide-only">{shortcut}</kbd> : null}
    </div>
  );
}
