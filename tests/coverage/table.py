# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
"""The table of tests/coverage/run: table.py BUILD [LINES]. What was compiled twice (for a program and for the module)
counts as one."""
import json
import pathlib
import subprocess
import sys

FOLDERS = ("helper", "pam_room", "keeper", "lib", "config", "cgroup", "bus", "lookup")


def read(build):
    """{file: {line: count}}, {file: {(line, branch): count}}"""
    lines, branches = {}, {}
    for notes in sorted(build.rglob("*.gcno")):
        said = subprocess.run(["gcov", "--json-format", "--stdout", "-b", "-o", str(notes.parent), str(notes)],
                              cwd=build, capture_output=True, check=False).stdout.decode()
        for text in said.splitlines():
            if not text.startswith("{"):
                continue
            for file in json.loads(text)["files"]:
                name = file["file"]
                path = pathlib.Path(name)
                if path.is_absolute():
                    name = str(path.relative_to(build)) if path.is_relative_to(build) else ""
                while name.startswith(("../", "./")):
                    name = name.split("/", 1)[1]
                # From its own folder a file has no folder in its name.
                if "/" not in name and name:
                    above = notes.parent if notes.parent.name != ".libs" else notes.parent.parent
                    name = str((above / name).relative_to(build))
                if name.split("/")[0] not in FOLDERS or not name.endswith(".c"):
                    continue
                for line in file["lines"]:
                    at = lines.setdefault(name, {})
                    number = line["line_number"]
                    at[number] = at.get(number, 0) + line["count"]
                    taken = branches.setdefault(name, {})
                    for i, branch in enumerate(line["branches"]):
                        taken[number, i] = taken.get((number, i), 0) + branch["count"]
    return lines, branches


def share(counts):
    """(how many, how many of them were run)"""
    return len(counts), sum(1 for count in counts.values() if count)


def row(name, line, branch):
    def percent(pair):
        return f"{100 * pair[1] / pair[0]:.0f} %" if pair[0] else "-"
    print(f"| {name} | {line[0]} | {percent(line)} | {branch[0]} | {percent(branch)} |")


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    lines, branches = read(build)
    print("| | lines | run | branches | taken |\n|---|---|---|---|---|")
    for folder in FOLDERS:
        files = sorted(name for name in lines if name.split("/")[0] == folder)
        both = [[sum(share(what.get(name, {}))[i] for name in files) for i in (0, 1)] for what in (lines, branches)]
        row(f"**{folder}**", *both)
        for name in files:
            if share(lines[name])[1] < 0.9 * share(lines[name])[0]:
                row(name, share(lines[name]), share(branches[name]))
    if len(sys.argv) > 2 and sys.argv[2]:
        with open(sys.argv[2], "w", encoding="utf-8") as out:
            for name in sorted(lines):
                out.writelines(f"{name}:{number}\n" for number, count in sorted(lines[name].items()) if not count)


main()
