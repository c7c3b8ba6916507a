#!/bin/bash
# sudo by root is a way in like the others (25-entries.sh), and knows its terminal.
# only: vm, because Debian 12's sudo begins with a hard core limit of 0: who lifts that needs a capability that root on this
# machine may not have.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=entries.sh
. "${0%/*}/entries.sh"

hold alice 7271 || exit 0
reference=$(facts "$pid")
(sudo -n -u alice sleep 7272 &)
(sudo -n -i -u alice sleep 7273 &)
entry "sudo -u" "$(sleeper 7272)"
entry "sudo -i -u" "$(sleeper 7273)"
end_sleepers 7272 7273
for how in "sudo -n -u alice tty" "sudo -n -i -u alice tty"; do
	knows_terminal "$how"
done
leave 7271
