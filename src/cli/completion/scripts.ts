import { oneOf } from '../globals.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** Each script asks `sentinelx __complete WORD…` for candidates, so that it never grows old. */
const SCRIPTS: Record<(typeof SHELLS)[number], string> = {
  bash: `# Add to ~/.bashrc:  source <(sentinelx completion bash)
_sentinelx() {
  local line current prefix="" typed=\${COMP_LINE:0:COMP_POINT}
  local -a words
  # COMP_WORDS is split at = and :, which stand in parameters; the line itself is not.
  read -ra words <<< "$typed"
  if [[ $typed == *[[:space:]] ]]; then words+=(""); fi
  current=\${words[\${#words[@]}-1]}
  if [[ $current == *=* && $COMP_WORDBREAKS == *=* ]]; then prefix=\${current%"\${current##*=}"}; fi
  COMPREPLY=()
  while IFS=$'\\t' read -r line _; do
    if [[ $line == ":files" ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "\${current#"$prefix"}")
      return
    fi
    COMPREPLY+=("\${line#"$prefix"}")
    if [[ $line == *= ]]; then compopt -o nospace 2>/dev/null; fi
  done < <("\${words[0]}" __complete -- "\${words[@]:1}" 2>/dev/null)
}
complete -F _sentinelx sentinelx
`,
  zsh: `#compdef sentinelx
# Add to ~/.zshrc:  source <(sentinelx completion zsh)
_sentinelx() {
  local -a lines names
  local line name text
  lines=("\${(@f)$("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  for line in $lines; do
    if [[ $line == ":files" ]]; then _files; return; fi
    name=\${line%%$'\\t'*}
    text=\${line#*$'\\t'}
    names+=("\${name//:/\\\\:}:$text")
  done
  _describe 'sentinelx' names
}
if [ "$funcstack[1]" = "_sentinelx" ]; then _sentinelx "$@"; else compdef _sentinelx sentinelx; fi
`,
  fish: `# Add to ~/.config/fish/config.fish:  sentinelx completion fish | source
function __sentinelx_complete
  set -l words (commandline -opc) (commandline -ct)
  for line in ($words[1] __complete -- $words[2..-1] 2>/dev/null)
    if test "$line" = ":files"
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
complete -c sentinelx -f -a '(__sentinelx_complete)'
`,
};

export function completionCommand(shell: string): void {
  process.stdout.write(SCRIPTS[oneOf('completion', shell, SHELLS)]);
}
