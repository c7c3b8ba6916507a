# fish completion for roomctl(8)
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors

# Rooms are seen by root alone; for others there are none.
function __roomctl_rooms
    roomctl list 2>/dev/null | awk 'NR > 1 { print $1; print $3 "." $1 }'
end

function __roomctl_verbs
    roomctl --help 2>/dev/null | awk '$1 ~ /^[a-z]+$/ && /^  / { print $1 "\t" substr($0, 39) }'
end

# One of these verbs has been said.
function __roomctl_after
    __fish_seen_subcommand_from $argv
end

complete -c roomctl -f
complete -c roomctl -n __fish_use_subcommand -a '(__roomctl_verbs)'
complete -c roomctl -n __fish_use_subcommand -l help
complete -c roomctl -n __fish_use_subcommand -l version
complete -c roomctl -n '__roomctl_after list reload confirm status check explain show diff learn audit kill freeze thaw enable disable' -l json
complete -c roomctl -n '__roomctl_after status explain enter kill freeze thaw' -a '(__fish_complete_users)'
complete -c roomctl -n '__roomctl_after status show learn enter kill freeze thaw' -a '(__roomctl_rooms)'
complete -c roomctl -n '__roomctl_after import check diff' -F
complete -c roomctl -n '__roomctl_after explain diff learn' -x -l service
complete -c roomctl -n '__roomctl_after explain diff' -x -l from
complete -c roomctl -n '__roomctl_after explain diff' -x -l tty
complete -c roomctl -n '__roomctl_after explain diff' -x -l at
complete -c roomctl -n '__roomctl_after explain show learn' -r -F -l policy
complete -c roomctl -n '__roomctl_after learn' -r -F -l log
complete -c roomctl -n '__roomctl_after learn' -x -l since
complete -c roomctl -n '__roomctl_after explain' -x -l diff -a 'docker glass brick concrete'
complete -c roomctl -n '__roomctl_after explain' -x -l why
complete -c roomctl -n '__roomctl_after audit' -x -l user -a '(__fish_complete_users)'
complete -c roomctl -n '__roomctl_after audit' -l compare
complete -c roomctl -n '__roomctl_after audit' -x -l fail-below
complete -c roomctl -n '__roomctl_after audit' -l lines
complete -c roomctl -n '__roomctl_after map' -r -F -l svg
complete -c roomctl -n '__roomctl_after check enable disable' -x -l root -a '(__fish_complete_directories)'
complete -c roomctl -n '__roomctl_after enable disable' -l dry-run
complete -c roomctl -n '__roomctl_after enable' -x -l trial
complete -c roomctl -n '__roomctl_after disable' -l if-trial
