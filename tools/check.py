"""Every check of the house; the first line of each says what runs, the last lines who failed.

python tools/check.py [--coverage] [words for pytest …]
"""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent

Step = tuple[str, list[str]]


def checks() -> list[Step]:
    """What looks at the code without running it."""
    return [
        ("ruff check", [str(BIN / "ruff"), "check", "."]),
        ("ruff format", [str(BIN / "ruff"), "format", "--check", "."]),
        ("mypy", [sys.executable, "-m", "mypy"]),
        ("lint-imports", [str(BIN / "lint-imports"), "--no-cache"]),
    ]


def tests(words: list[str], *, coverage: bool) -> list[Step]:
    """What runs the code, and the browser it needs."""
    python = [sys.executable, "-m"]
    # narrowed runs stay in one process: two databases to make cost more than a few files
    workers = [] if words or (os.cpu_count() or 1) < 2 else ["-n", "2"]
    run = [*python, "pytest", "-m", "not soak", *workers, *words]
    if coverage:
        run = [*python, "coverage", "run", "-m", "pytest", "-m", "not soak", *words]
    return [("chromium", [sys.executable, str(ROOT / "tools" / "browser.py")]), ("pytest", run)]


def beside(some: list[Step], env: dict[str, str]) -> list[tuple[str, str, int]]:
    """Runs steps one after another without a word; their names, what they said, and how they ended."""
    ended = []
    for name, command in some:
        done = subprocess.run(command, cwd=ROOT, env=env, check=False, capture_output=True, text=True)  # noqa: S603
        ended.append((name, done.stdout + done.stderr, done.returncode))
    return ended


def _ended(name: str, code: int, began: float | None = None) -> list[str]:
    took = "" if began is None else f" in {time.monotonic() - began:.1f} s"
    print(f"    {name}: {'ok' if code == 0 else f'FAILED ({code})'}{took}", flush=True)
    return [name] if code else []


def main() -> int:
    """Run all steps even when one fails, so that one run shows everything; 1 when any failed.

    The checks of the code run beside the tests and are told after them: fetching a browser and starting two databases
    leave a core idle that they use.
    """
    words = sys.argv[1:]
    coverage = "--coverage" in words
    words = [word for word in words if word != "--coverage"]
    failed: list[str] = []
    env = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}", "PYTHONUNBUFFERED": "1"}
    with ThreadPoolExecutor(1) as other:
        looking = other.submit(beside, checks(), env)
        for name, command in tests(words, coverage=coverage):
            print(f"==> {name}", flush=True)
            began = time.monotonic()
            code = subprocess.run(command, cwd=ROOT, env=env, check=False).returncode  # noqa: S603
            failed += _ended(name, code, began)
        for name, said, code in looking.result():
            print(f"==> {name}\n{said}", end="", flush=True)
            failed += _ended(name, code)
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
