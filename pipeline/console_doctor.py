"""What ``stance doctor`` shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from pipeline.console import say, say_json
from pipeline.doctor import Finding

_INDENT = " " * 8


def say_findings(findings: Sequence[Finding], *, as_json: bool) -> None:
    """Write each finding in a line, and the command that mends it in the next; all of them as one list of JSON."""
    if as_json:
        say_json([asdict(finding) for finding in findings])
        return
    for finding in findings:
        say(f"{finding.state:<8}{finding.name}: {finding.text}")
        if finding.mend:
            say(f"{_INDENT}mend: {finding.mend}")
    broken, notes = (sum(finding.state == state for finding in findings) for state in ("broken", "note"))
    say(f"{broken} broken, {notes} to note, {len(findings) - broken - notes} ok")
