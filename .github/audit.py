"""Audits that judge: `code` (bandit and zizmor) and `packages` (pip-audit). A run that audited nothing fails.

Run by `python3 dev.py lint` and `python3 dev.py audit`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CODE = ("bot", "demo", "dev.py")
LOCKS = ("requirements.lock", "requirements-dev.lock")
VULNERABLE = "requests==2.19.0"
"""A release with published vulnerabilities: a database that does not know them answers nothing."""


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)


def code() -> list[str]:
    """What is wrong with the code and the workflows, or with their audits."""
    done = run("bandit", "-q", "-c", "pyproject.toml", "-f", "json", "-r", *CODE)
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        return [f"bandit did not report: {done.stderr.strip()[-500:]}"]
    found = [
        f"{one['filename']}:{one['line_number']} {one['test_id']} {one['issue_text']}" for one in report["results"]
    ]
    found += [f"{one['filename']}: bandit can't read it ({one['reason']})" for one in report["errors"]]
    unread = {name for name in CODE if not any(_is_in(file, name) for file in report["metrics"])}
    found += [f"bandit read nothing of {name}" for name in sorted(unread)]
    workflows = run("zizmor", "--offline", "--no-progress", "--color=never", ".github")
    if workflows.returncode:
        found.append(f"zizmor: {(workflows.stdout + workflows.stderr).strip()}")
    return found


def _is_in(file: str, name: str) -> bool:
    return file.removeprefix("./") == name or file.removeprefix("./").startswith(f"{name}/")


def packages() -> list[str]:
    """Known vulnerabilities of the locked packages, or why they cannot be told."""
    with tempfile.TemporaryDirectory() as folder:
        sample = Path(folder) / "sample.txt"
        sample.write_text(f"{VULNERABLE}\n")
        vulnerable, problem = _vulnerabilities("--no-deps", "-r", str(sample))
    if problem or not vulnerable:
        return [f"the vulnerability database does not know those of {VULNERABLE}: {problem or 'it lists none'}"]
    found = []
    for lock in LOCKS:
        listed, problem = _vulnerabilities("--require-hashes", "-r", lock)
        found += [f"{lock}: {one}" for one in listed] + ([f"{lock}: {problem}"] if problem else [])
    return found


def _vulnerabilities(*arguments: str) -> tuple[list[str], str]:
    """The vulnerabilities found, and why the packages could not be audited (empty if they were)."""
    done = run("pip-audit", "--strict", "--disable-pip", "--progress-spinner", "off", "-f", "json", *arguments)
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        return [], f"pip-audit did not report: {done.stderr.strip()[-500:]}"
    audited = report["dependencies"]
    if not audited:
        return [], "pip-audit audited no package"
    return [f"{one['name']} {one['version']}: {bug['id']}" for one in audited for bug in one.get("vulns", [])], ""


def main(which: str) -> int:
    found = {"code": code, "packages": packages}[which]()
    for line in found:
        print(f"audit: {line}", file=sys.stderr)
    print(f"audit of {which}: {f'{len(found)} to mend' if found else 'nothing to mend'}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
