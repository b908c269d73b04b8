import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import type { Command } from './commands.ts';
import './command-menu.css';

interface CommandMenuProps {
  anchor: Element;
  label: string;
  commands: readonly Command[];
  onClose: () => void;
}

/** Each command with its key beside it. */
export function CommandMenu({ anchor, label, commands, onClose }: CommandMenuProps) {
  return (
    <Menu open anchorEl={anchor} onClose={onClose} slotProps={{ list: { 'aria-label': label, dense: true } }}>
      {commands.map((command) => (
        <MenuItem
          key={command.id}
          disabled={command.disabled ?? false}
          className={command.danger ? 'command-danger' : ''}
          onClick={() => {
            onClose();
            // The menu gives the focus back first; a dialog that opens then takes it.
            setTimeout(command.run);
          }}
        >
          <span className="grow">{command.label}</span>
          {command.key ? <kbd>{shown(command.key)}</kbd> : null}
        </MenuItem>
      ))}
    </Menu>
  );
}

function shown(key: string): string {
  return key
    .replace('Alt+', 'Alt ')
    .replace('ArrowUp', '↑')
    .replace('ArrowDown', '↓')
    .replace('Delete', 'Del');
}
