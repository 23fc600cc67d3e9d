# Completion of auxcell for fish: put this file into ~/.config/fish/completions. It asks the program for its commands and
# options, so it knows those of the version that is installed.

function __auxcell_commands
    auxcell --help 2>/dev/null | string match -r '^  [a-z]+ .*' | string replace -r '^  ([a-z]+) +(.* {2})?(.*)' '$1\t$3'
    printf 'help\twhat a command does\n'
end

# The words of a command that have a help of their own.
function __auxcell_command
    string match -qr '^(data (check|show)|bench (ops|threads))$' -- "$argv[2] $argv[3]"; and printf '%s\n' $argv[2..3]; or echo $argv[2]
end

function __auxcell_options
    set -l words (commandline -opc)
    auxcell (__auxcell_command $words) --help 2>/dev/null | string match -r '^ +--[a-zA-Z0-9-]+.*' | string replace -r '^ +(--[a-zA-Z0-9-]+)( [A-Z]\S*)? +(.*)' '$1\t$3'
end

function __auxcell_runs
    set -l home $XDG_STATE_HOME
    test -n "$home"; or set home $HOME/.local/state
    for run in $home/auxcell/runs/*/
        basename $run
    end
end

function __auxcell_data_sets
    auxcell search --help 2>/dev/null | string match -r '^  [a-z0-9_-]+(?::|\[|  ).*' | string replace -r '^  ([a-z0-9_-]+:?).*' '$1'
end

function __auxcell_published
    auxcell show --help 2>/dev/null | string replace -rf '^.* published: ' '' | string split ', '
end

# What is typed after data and bench: the commands that they have.
function __auxcell_parts
    set -l words (commandline -opc)
    test (count $words) -eq 2; or return
    switch $words[2]
        case data
            auxcell data --help 2>/dev/null | string match -r '^  [a-z]+  .*' | string replace -r '^  ([a-z]+) +(SPEC: )?(.*)' '$1\t$3'
        case bench
            printf '%s\n' step infer ops threads
    end
end

# The values that --help lists for the option before the cursor.
function __auxcell_values
    set -l words (commandline -opc)
    string match -qr '^--[a-z-]+$' -- $words[-1]; or return
    test $words[-1] = --task; and printf '%s\n' segmentation depth pose; and return
    auxcell (__auxcell_command $words) --help 2>/dev/null | sed -nE "/^ +$words[-1] /{ s/ *\([^)]*\)//g; s/ *\[[^[]*\$//; /: /!d; s/^.*: //; s/or [a-z]+ against //; s/, | or /\n/g; p }" |
        string match -r '^[a-z0-9-]+$'
end

complete -c auxcell -n '__fish_is_first_arg' -f -a '(__auxcell_commands)'
complete -c auxcell -n '__fish_seen_subcommand_from help' -f -a '(__auxcell_commands)'
complete -c auxcell -n 'not __fish_is_first_arg; and string match -q -- "-*" (commandline -ct)' -f -a '(__auxcell_options)'
complete -c auxcell -n '__fish_seen_subcommand_from status attach stop resume log compare export report replay pause continue prune undo promote demote pin note submit fork save' -a '(__auxcell_runs)'
# a run is a name, or a path, which contains a slash; export, replay and options also take files
complete -c auxcell -n '__fish_seen_subcommand_from status attach stop resume log compare report pause continue prune undo promote demote pin note submit fork save; and not string match -q -- "*/*" (commandline -ct); and not string match -q -- "--*" (commandline -opc)[-1]' -f
complete -c auxcell -n '__fish_seen_subcommand_from search train try bench eval' -l data -x -a '(__auxcell_data_sets)'
complete -c auxcell -n '__fish_seen_subcommand_from show try train; and not string match -q -- "-*" (commandline -opc)[-1]' -a '(__auxcell_published)'
complete -c auxcell -n '__auxcell_values | string length -q' -f -a '(__auxcell_values)'
complete -c auxcell -n '__auxcell_parts | string length -q' -f -a '(__auxcell_parts)'
complete -c auxcell -n '__fish_seen_subcommand_from data; and test (count (commandline -opc)) -eq 3' -f -a '(__auxcell_data_sets)'
