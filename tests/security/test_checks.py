"""Security checks: a secret is found, a vulnerable version is told, and no answer is not "none"."""

from __future__ import annotations

from pathlib import Path

from footfall.vulnerabilities import known_vulnerabilities, read_report
from tests.security.check_secrets import ROOT, allowed, findings


def test_a_secret_in_a_file_is_found_and_our_own_settings_hold_none(tmp_path: Path) -> None:
    leaked = tmp_path / "leaked.py"
    # Put together here, so that this file holds none.
    leaked.write_text(f'key = "ghp_{"a1B2" * 9}"\n', encoding="utf-8")

    assert {kind for _, kind in findings([str(leaked)])} >= {"GitHub Token"}
    assert findings(["footfall/paths.py", "dashboard/signin/sessions.py"]) == set()


def test_what_is_allowed_is_still_there() -> None:
    assert [path for path, _ in allowed() if not (ROOT / path).exists()] == []


def test_a_vulnerable_version_is_told_by_name() -> None:
    report = """{"dependencies": [
        {"name": "good", "version": "2.0", "vulns": []},
        {"name": "bad", "version": "1.0", "vulns": [{"id": "PYSEC-2026-1"}, {"id": "CVE-2026-2"}]},
        {"name": "footfall", "skip_reason": "editable"}]}"""

    assert read_report(report).found == ("bad 1.0: PYSEC-2026-1, CVE-2026-2",)


def test_a_registry_without_advisories_is_no_all_clear() -> None:
    report = """{"dependencies": [
        {"name": "one", "skip_reason": "Dependency not found on PyPI and could not be audited"},
        {"name": "two", "version": "1.0", "vulns": []},
        {"name": "footfall", "skip_reason": "distribution marked as editable"}]}"""

    assert read_report(report).not_checked == "the registry knows nothing of 1 of 2 packages"


def test_where_nobody_can_be_asked_it_says_so() -> None:
    assert read_report("").not_checked == "the registry could not be asked"
    assert read_report("no JSON").found == ()
    assert known_vulnerabilities(timeout_s=0.01).not_checked != ""
