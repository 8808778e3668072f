"""Every check of the house, one after another; the first line of each says what runs, the last lines who failed.

python tools/check.py [--coverage] [words for pytest …]
"""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent

Step = tuple[str, list[str]]


def steps(words: list[str], *, coverage: bool) -> list[Step]:
    """What is run, cheapest first, the tests last so that their summary is what one reads at the end."""
    python = [sys.executable, "-m"]
    # narrowed runs stay in one process: two databases to make cost more than a few files
    workers = [] if words or (os.cpu_count() or 1) < 2 else ["-n", "2"]
    tests = [*python, "pytest", "-m", "not soak", *workers, *words]
    if coverage:
        tests = [*python, "coverage", "run", "-m", "pytest", "-m", "not soak", *words]
    return [
        ("ruff check", [str(BIN / "ruff"), "check", "."]),
        ("ruff format", [str(BIN / "ruff"), "format", "--check", "."]),
        ("mypy", [*python, "mypy"]),
        ("lint-imports", [str(BIN / "lint-imports"), "--no-cache"]),
        ("chromium", [sys.executable, str(ROOT / "tools" / "browser.py")]),
        ("pytest", tests),
    ]


def main() -> int:
    """Run all steps even when one fails, so that one run shows everything; 1 when any failed."""
    words = sys.argv[1:]
    coverage = "--coverage" in words
    words = [word for word in words if word != "--coverage"]
    failed: list[str] = []
    env = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}", "PYTHONUNBUFFERED": "1"}
    for name, command in steps(words, coverage=coverage):
        print(f"==> {name}", flush=True)
        began = time.monotonic()
        code = subprocess.run(command, cwd=ROOT, env=env, check=False).returncode  # noqa: S603
        print(
            f"    {name}: {'ok' if code == 0 else f'FAILED ({code})'} in {time.monotonic() - began:.1f} s", flush=True
        )
        if code != 0:
            failed.append(name)
    if coverage:
        report = [sys.executable, "-m", "coverage", "report"]
        if subprocess.run(report, cwd=ROOT, env=env, check=False).returncode != 0:  # noqa: S603
            failed.append("branches of rules, actions, access")
    if failed:
        print(f"FAILED: {', '.join(failed)}", flush=True)
        return 1
    print("all checks passed", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
