"""Rules that the compiler does not know: layers, sizes, and calls that have no place in a server.

Each rule has its reason:
- imports point up the target list of Package.swift, so that every layer can be read and tested without those above;
- files of at most 500 lines and lines of at most 100 columns can be read;
- `try!`, `as!`, `fatalError(` end the whole server, and input might reach them;
- a note to do something later is either an issue or done now;
- absolute paths of somebody's machine do not belong to the project.
"""

import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LINES_MAX, COLUMNS_MAX = 500, 100
BANNED = {r"\btry!": "try!", r"\bas!": "as!", r"\bfatalError\(": "fatalError("}
LATER = re.compile(r"(//|/\*|#).*\b(TODO|FIXME|HACK)\b")
PRIVATE_PATH = re.compile(r"(?<![\w.])/(work|home|root|Users)/\w")


def tracked():
    """Files of the repository, new ones included, ignored ones not."""
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode == 0:
        return [f for f in listed.stdout.splitlines() if os.path.isfile(os.path.join(ROOT, f))]
    found = []
    for folder, names, files in os.walk(ROOT):
        names[:] = [n for n in names if not n.startswith(".") and n != "__pycache__"]
        found += [os.path.relpath(os.path.join(folder, f), ROOT) for f in files]
    return found


def read_targets():
    """Target names of Package.swift in order, each with the targets it may import."""
    with open(os.path.join(ROOT, "Package.swift")) as file:
        text = re.sub(r"//[^\n]*", "", file.read())
    body = text[text.index("targets: [", text.index("dependencies: [")):]
    starts = list(re.finditer(r"\.(target|executableTarget|systemLibrary|testTarget)\(\s*name:\s*\"(\w+)\"", body))
    targets = {}
    for index, match in enumerate(starts):
        end = starts[index + 1].start() if index + 1 < len(starts) else len(body)
        part = re.sub(r"\.product\([^)]*\)", "", body[match.end():end])
        found = re.search(r"dependencies:\s*\[(.*?)\]", part, re.S)
        targets[match.group(2)] = (match.group(1), re.findall(r"\"(\w+)\"", found.group(1)) if found else [])
    return targets


def code_only(text):
    """The text with comments and string contents blanked, line by line as before."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group())
    return re.sub(r'//[^\n]*|/\*.*?\*/|"""(?:\\.|[^\\])*?"""|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.S)


def check_layers(targets, report):
    order = [name for name, (kind, _) in targets.items() if kind != "testTarget"]
    reach = {}
    for name in order:
        reach[name] = set()
        for dependency in targets[name][1]:
            if dependency not in reach:
                report("Package.swift", 0, f"{name} depends on {dependency}, which is not listed before it")
            else:
                reach[name] |= {dependency} | reach[dependency]
    return reach


def check_imports(path, text, reach, report):
    target = path.split("/")[1]
    if target not in reach:
        report(path, 0, f"{target} is no target of Package.swift")
        return
    for number, line in enumerate(text.split("\n"), 1):
        match = re.match(r"\s*(?:@\w+(?:\(\w+\))?\s+)*(?:(?:private|package|internal|public)\s+)?import\s+(?:(?:struct|class|enum|func|protocol|typealias)\s+)?(\w+)", line)
        if match and match.group(1) in reach and match.group(1) != target and match.group(1) not in reach[target]:
            report(path, number, f"{target} may not import {match.group(1)}: it stands above or beside it")


def main():
    problems = []

    def report(path, line, message):
        problems.append(f"{path}:{line}: {message}" if line else f"{path}: {message}")

    reach = check_layers(read_targets(), report)
    files = tracked()
    for path in files:
        in_sources, is_swift = path.startswith("Sources/"), path.endswith(".swift")
        try:
            with open(os.path.join(ROOT, path), encoding="utf-8") as file:
                text = file.read()
        except UnicodeDecodeError:
            continue
        lines = text.split("\n")
        if is_swift or path.endswith((".c", ".h", ".py", ".sh")):
            if len(lines) > LINES_MAX + 1:
                report(path, 0, f"{len(lines) - 1} lines, {LINES_MAX} at most")
        if is_swift:
            code = code_only(text)
            if in_sources:
                check_imports(path, code, reach, report)
            for number, line in enumerate(lines, 1):
                if len(line) > COLUMNS_MAX:
                    report(path, number, f"{len(line)} columns, {COLUMNS_MAX} at most")
                if line != line.rstrip():
                    report(path, number, "space at the end of the line")
            if in_sources:
                for number, line in enumerate(code.split("\n"), 1):
                    for pattern, name in BANNED.items():
                        if re.search(pattern, line):
                            report(path, number, f"{name} ends the server")
        if path != "Tools/tidy.py":
            for number, line in enumerate(lines, 1):
                if in_sources and LATER.search(line):
                    report(path, number, "a note for later: do it now or file an issue")
                if PRIVATE_PATH.search(line):
                    report(path, number, "an absolute path of somebody's machine")
    for problem in sorted(problems):
        print(problem)
    print(f"tidy: {len(files)} files, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
