#!/usr/bin/env python3
"""The steps of .github/workflows/spec-drift.yml, as a script so that they can be tested.

usage: spec_drift.py compare FOLDER [ARGUMENT ...]       write reports to FOLDER; arguments of `drift`
       spec_drift.py issue FOLDER                        create, update or close the issue
       spec_drift.py pull-request [ARGUMENT ...]         open a pull request; arguments of `regen --fetch`

Each failure ends the script with an exit status other than 0. Text from a document is printed to the
log only while GitHub's workflow commands are disabled, or escaped.
"""
import hashlib
import json
import os
import pathlib
import secrets
import subprocess
import sys
import tempfile

LABEL = "upstream-drift"
TITLE = "The upstream document has changed"
# The first line of the issue identifies it, even if its title was changed.
MARK = "<!-- upstream-drift -->"
# The exit statuses of `cargo xtask drift` after a comparison.
COMPARED_STATUSES = (0, 3, 4, 5)
NOT_COMPARED = 70
UPSTREAM = pathlib.Path("spec/upstream/connect-v1.json")
# The files and folders that `regen --fetch --bump` may write.
WRITTEN_PATHS = ("spec", "connect-api/src/generated", "CHANGELOG.md", "Cargo.toml", "Cargo.lock")

TOKEN_NOTE = """
---
This pull request was opened with the workflow's token, for which GitHub starts no workflows. To run \
the checks, close and reopen the pull request or push to its branch. Changed snapshots are not \
accepted yet: review them with `cargo insta review` on this branch (see CONTRIBUTING.md).
"""


def run(*command, **options):
    """Run a command and return its output. Raise an error if it fails."""
    result = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, **options)
    return result.stdout


def run_without_workflow_commands(*command):
    """Run a command, disable GitHub's workflow commands in its output, and return the exit status.

    The output may contain text from a document. The standard error is merged into the standard output,
    so that all of it is printed before workflow commands are enabled again.
    """
    token = secrets.token_hex(16)
    print(f"::stop-commands::{token}", flush=True)
    try:
        return subprocess.run(command, check=False, stderr=subprocess.STDOUT).returncode
    finally:
        print(f"\n::{token}::", flush=True)


def require_without_workflow_commands(*command):
    """Like `run_without_workflow_commands`, but raise an error if the command fails."""
    if status := run_without_workflow_commands(*command):
        raise subprocess.CalledProcessError(status, command)


def append_to_actions_file(variable, text):
    """Append to the file that GitHub Actions names in an environment variable, if it is set."""
    if path := os.environ.get(variable):
        with open(path, "a", encoding="utf-8") as file:
            file.write(text)


def read_report(folder):
    """Return the report as data and as Markdown."""
    folder = pathlib.Path(folder)
    data = json.loads((folder / "drift.json").read_text(encoding="utf-8"))
    return data, (folder / "drift.md").read_text(encoding="utf-8")


def open_items(data):
    """Return what needs a maintainer: findings, stale rules, and stale or expired acceptances."""
    summary = data["summary"]

    return (
        [finding["fingerprint"] for finding in data["findings"] if not finding["accepted"]]
        + [note["message"] for note in summary["notes"] if note["kind"] != "witness"]
        + [
            acceptance["fingerprint"]
            for acceptance in summary["acceptances"]
            if acceptance["state"] != "holds"
        ]
    )


def compare(folder, *arguments):
    """Fetch the document and compare it. Return 0 only if they were compared."""
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)

    names = {"json": "drift.json", "html": "drift.html", "markdown": "drift.md"}
    also = [
        part
        for report_format, name in names.items()
        for part in ("--also", f"{report_format}={folder}/{name}")
    ]

    with tempfile.TemporaryDirectory() as temporary:
        commands = pathlib.Path(temporary) / "commands"
        output = ("--format", "github", "--output", str(commands))
        status = run_without_workflow_commands("cargo", "xtask", "drift", *output, *also, *arguments)
        if status not in COMPARED_STATUSES:
            print(f"::error title=drift::not compared: `drift` ended with {status}")
            return status if 0 < status < 256 else NOT_COMPARED

        data, markdown = read_report(folder)
        state = "drift" if open_items(data) else "quiet"

        # These are workflow commands, with escaped text from the documents.
        print(commands.read_text(encoding="utf-8"), end="", flush=True)

    append_to_actions_file("GITHUB_STEP_SUMMARY", markdown)
    append_to_actions_file("GITHUB_OUTPUT", f"state={state}\n")
    print(f"state: {state}")

    return 0


def issue(folder):
    """Create, update or close the issue. There is at most one issue."""
    data, markdown = read_report(folder)
    items = open_items(data)
    digest = hashlib.sha256("\n".join(sorted(items)).encode()).hexdigest()[:16]

    fields = ("--json", "number,state,body", "--limit", "100")
    issues = json.loads(run("gh", "issue", "list", "--label", LABEL, "--state", "all", *fields))
    marked = [issue for issue in issues if issue["body"].startswith(MARK)]
    old = min(marked, key=lambda issue: issue["number"], default=None)

    if not items:
        if old and old["state"] == "OPEN":
            comment = "The committed document and the published one are equal again."
            run("gh", "issue", "close", str(old["number"]), "--comment", comment)
        return 0

    seen = f"<!-- seen: {digest} -->"
    body = f"{MARK}\n{seen}\n{markdown}\n{footer()}"

    with tempfile.TemporaryDirectory() as temporary:
        file = pathlib.Path(temporary) / "body.md"
        file.write_text(body, encoding="utf-8")

        if old is None:
            description = ("--description", "The published document differs from the committed one")
            run("gh", "label", "create", LABEL, "--force", *description)
            run("gh", "issue", "create", "--title", TITLE, "--label", LABEL, "--body-file", str(file))
            return 0

        number = str(old["number"])
        run("gh", "issue", "edit", number, "--body-file", str(file))

    if old["state"] != "OPEN":
        run("gh", "issue", "reopen", number)
    # GitHub notifies of a comment, but not of an edit.
    if seen not in old["body"]:
        run("gh", "issue", "comment", number, "--body", "The changes differ from the previous report; see above.")

    return 0


def footer():
    """Return a line with a link to the workflow run and with instructions."""
    advice = "`cargo xtask drift` prints this report; CONTRIBUTING.md describes how to adopt the document."
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    server, repository, number = (os.environ.get(name, "") for name in names)

    if not number:
        return f"{advice}\n"
    return f"[The workflow run with all reports]({server}/{repository}/actions/runs/{number}). {advice}\n"


def pull_request(*arguments):
    """Adopt the new document on a separate branch, and open a pull request."""
    old = UPSTREAM.read_bytes()
    require_without_workflow_commands("cargo", "xtask", "regen", "--fetch", "--bump", *arguments)

    if UPSTREAM.read_bytes() == old:
        print("the committed document is already up to date")
        return 0

    branch = f"{LABEL}-{hashlib.sha256(UPSTREAM.read_bytes()).hexdigest()[:12]}"

    # A pushed branch is not changed, because it may have other commits. If it has no pull request, opening
    # that has failed before, and is tried again.
    is_pushed = bool(run("git", "ls-remote", "origin", f"refs/heads/{branch}"))
    if is_pushed and json.loads(run("gh", "pr", "list", "--head", branch, "--state", "all", "--json", "number")):
        print(f"::notice title=drift::branch {branch} already has this document")
        return 0

    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        (folder / "old.json").write_bytes(old)

        require_without_workflow_commands(
            *("cargo", "xtask", "drift", "--base", str(folder / "old.json"), "--revision", str(UPSTREAM)),
            *("--accepted", "spec/accepted.toml", "--fail-on", "never", "--format", "markdown"),
            *("--output", str(folder / "drift.md"), "--also", f"json={folder / 'drift.json'}"),
        )

        data, markdown = read_report(folder)
        title = f"Adopt the upstream document ({data['summary']['bump']})"
        (folder / "body.md").write_text(markdown + TOKEN_NOTE, encoding="utf-8")

        if not is_pushed:
            run("git", "switch", "--create", branch)
            run("git", "add", "--all", *(path for path in WRITTEN_PATHS if pathlib.Path(path).exists()))
            run("git", "commit", "--message", title)
            run("git", "push", "origin", branch)

        body = str(folder / "body.md")
        print(run("gh", "pr", "create", "--head", branch, "--title", title, "--body-file", body))
    return 0


TASKS = {"compare": compare, "issue": issue, "pull-request": pull_request}


def main(arguments):
    """Run a task by its name."""
    if len(arguments) < 1 or arguments[0] not in TASKS:
        print(__doc__, file=sys.stderr)
        return 2

    try:
        return TASKS[arguments[0]](*arguments[1:])
    except subprocess.CalledProcessError as error:
        print(f"::error title=drift::{error.cmd[0]} {error.cmd[1]} ended with {error.returncode}")
        return 1
    except (OSError, ValueError, KeyError) as error:
        print(f"::error title=drift::{type(error).__name__}: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
