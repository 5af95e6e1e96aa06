"""Instruction counts of the guarded kernels, against those in counts.json.

    guards.py             fails when a kernel takes over 10 % more instructions than recorded
    guards.py --update    records the counts anew

Counts come from callgrind, which has no AVX-512: the portable and the AVX2 set are guarded. They depend on the
compiler: when its version is not the recorded one, nothing is judged. Then run with --update on a revision that is
known to be good, with the new compiler, and commit counts.json; after a change that is meant to cost more, too.
"""

import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
COUNTS = os.path.join(HERE, "counts.json")
KERNELS = os.path.join(ROOT, "Sources", "CKernels")
ALLOWED = 1.10


def swift_clang():
    """The C compiler that comes with Swift, which compiles the kernels in the product too."""
    swift = shutil.which("swift")
    beside = os.path.join(os.path.dirname(os.path.realpath(swift)), "clang") if swift else ""
    return beside if os.access(beside, os.X_OK) else shutil.which("clang")


def measure(clang):
    with tempfile.TemporaryDirectory() as directory:
        program, dumps = os.path.join(directory, "guards"), os.path.join(directory, "counts")
        subprocess.run([clang, "-O3", "-I", os.path.join(KERNELS, "include"), "-o", program,
                        os.path.join(HERE, "guards.c"), *glob.glob(os.path.join(KERNELS, "*.c"))], check=True)
        done = subprocess.run(["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={dumps}",
                               program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise SystemExit(done.stdout)
        counts = {}
        for path in glob.glob(dumps + ".*"):
            with open(path) as file:
                text = file.read()
            label = re.search(r"^desc: Trigger: Client Request: (.*)$", text, re.M)
            total = re.search(r"^(?:totals|summary): (\d+)", text, re.M)
            if label and total:
                counts[label.group(1)] = int(total.group(1))
        return counts


def main():
    clang = swift_clang()
    if not clang or not shutil.which("valgrind"):
        raise SystemExit("guards: clang and valgrind are needed")
    version = subprocess.run([clang, "--version"], stdout=subprocess.PIPE, text=True).stdout.splitlines()[0]
    version = re.sub(r"\(.*?([0-9a-f]{12})[0-9a-f]*\)", r"(\1)", version)
    counts = measure(clang)
    if "--update" in sys.argv[1:]:
        with open(COUNTS, "w") as file:
            json.dump({"compiler": version, "instructions": dict(sorted(counts.items()))}, file, indent=1)
            file.write("\n")
        print(f"recorded {len(counts)} counts")
        return 0
    with open(COUNTS) as file:
        recorded = json.load(file)
    if recorded["compiler"] != version:
        print(f"guards: counts were recorded with {recorded['compiler']}, this is {version}: nothing is judged;\n"
              "on a revision known to be good: Tools/check --guards --update")
        print("0 passed, 0 failed")
        return 0
    failed = 0
    print(f"{'kernel':<28} {'recorded':>9} {'now':>9} {'change':>8}")
    for name in sorted(recorded["instructions"].keys() | counts.keys()):
        before, now = recorded["instructions"].get(name), counts.get(name)
        if before is None or now is None:
            # A machine without AVX2 cannot count that level; a kernel that is new must be recorded.
            missing = before is None or not name.endswith("/avx2") or any(c.endswith("/avx2") for c in counts)
            failed += missing
            print(f"{name:<28} {before or '–':>9} {now or '–':>9} " + ("not recorded: --update" if now else "did not run"))
            continue
        dearer = now > before * ALLOWED
        failed += dearer
        print(f"{name:<28} {before:>9} {now:>9} {(now / before - 1) * 100:>+7.1f} %{'  DEARER' if dearer else ''}")
    print(f"{len(counts) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
