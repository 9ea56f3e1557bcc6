/** Shells that are served. */
export type Shell = 'bash' | 'zsh' | 'fish';

/** What each shell is told: to ask `skald __complete` for what may come next. */
export const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# skald: add to ~/.bashrc:  source <(skald completion bash)
_skald() {
  local IFS=$'\\n'
  COMPREPLY=($(skald __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _skald skald
`,
  zsh: `#compdef skald
# skald: add to ~/.zshrc, after compinit:  source <(skald completion zsh)
_skald() {
  local -a found
  found=("\${(@f)$(skald __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${found[*]}" ]]; then compadd -- "\${found[@]}"; else _files; fi
}
compdef _skald skald
`,
  fish: `# skald: save as ~/.config/fish/completions/skald.fish
function __skald_complete
  set -l words (commandline -opc) (commandline -ct)
  skald __complete -- $words[2..-1] 2>/dev/null
end
complete -c skald -a '(__skald_complete)'
`,
};
