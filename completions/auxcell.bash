# Completion of auxcell for bash: source this file, or install it as /usr/share/bash-completion/completions/auxcell.
# It asks the program for its commands and options, so it knows those of the version that is installed.

_auxcell_options()
{
    auxcell "$@" --help 2>/dev/null | sed -nE 's/^ +(-[a-zA-Z0-9-]+).*/\1/p'
}

_auxcell_data_sets()
{
    auxcell search --help 2>/dev/null |
        sed -nE '/^Data sets:/,/^$/ { s/^  ([a-z0-9_-]+)(\[[^ ]*)? .*/\1/p; s/^  ([a-z0-9_-]+:).*/\1/p }'
}

# The values that --help lists for an option.
_auxcell_values()
{
    auxcell "${@:2}" --help 2>/dev/null | sed -nE "/^ +$1 /{ s/ *\\([^)]*\\)//g; s/ *\\[[^[]*\$//; /: /!d; s/^.*: //; s/or [a-z]+ against //; s/, | or /\\n/g; p }" 2>/dev/null |
        grep -xE '[a-z0-9-]+'
}

_auxcell_published()
{
    auxcell show --help 2>/dev/null | sed -nE 's/^.* published: //p' | tr -d ,
}

_auxcell()
{
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}
    local runs=${XDG_STATE_HOME:-$HOME/.local/state}/auxcell/runs
    local what=("$command")
    [[ $command == bench && ${COMP_WORDS[2]} == @(ops|threads) ]] && what+=("${COMP_WORDS[2]}")
    [[ $command == data && $COMP_CWORD -gt 2 ]] && what+=("${COMP_WORDS[2]}")
    COMPREPLY=()
    if [[ $COMP_CWORD -eq 1 || ($COMP_CWORD -eq 2 && $command == help) ]]; then
        mapfile -t COMPREPLY < <(compgen -W "help $(auxcell --help 2>/dev/null | sed -nE 's/^  ([a-z]+) .*/\1/p')" -- "$word")
        return
    fi
    case $before in
    --data) mapfile -t COMPREPLY < <(compgen -W "$(_auxcell_data_sets)" -- "$word"); return ;;
    --task) mapfile -t COMPREPLY < <(compgen -W "segmentation depth pose" -- "$word"); return ;;
    --[a-z]*)
        mapfile -t COMPREPLY < <(compgen -W "$(_auxcell_values "$before" "${what[@]}")" -- "$word")
        [[ -n ${COMPREPLY[*]} ]] && return ;;
    esac
    if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_auxcell_options "${what[@]}")" -- "$word")
    elif [[ $COMP_CWORD -eq 2 && $command == bench ]]; then
        mapfile -t COMPREPLY < <(compgen -W "step infer ops threads" -- "$word")
    elif [[ $COMP_CWORD -eq 2 && $command == data ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(auxcell data --help 2>/dev/null | sed -nE 's/^  ([a-z]+) .*/\1/p')" -- "$word")
    elif [[ $COMP_CWORD -eq 3 && $command == data ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_auxcell_data_sets)" -- "$word")
    elif [[ ($COMP_CWORD -eq 2 || $command == compare) && -d $runs ]] &&
        auxcell --help 2>/dev/null | grep -qE "^  $command +\[?RUN"; then
        # without compgen -W, which expands its words: a name may have any characters
        local path name
        for path in "$runs"/*; do
            name=${path##*/}
            [[ -d $path && $name == "$word"* && $name != *[[:cntrl:]]* ]] && COMPREPLY+=("$name")
        done
        [[ $command == @(export|replay) && -z ${COMPREPLY[*]} ]] && mapfile -t COMPREPLY < <(compgen -f -- "$word")
    else
        [[ $command == @(show|try|train) ]] && mapfile -t COMPREPLY < <(compgen -W "$(_auxcell_published)" -- "$word")
        [[ -z ${COMPREPLY[*]} ]] && mapfile -t COMPREPLY < <(compgen -f -- "$word")
    fi
}
complete -o filenames -F _auxcell auxcell
