#!/usr/bin/env python3
"""What .github/workflows/spec-drift.yml does, so that a test can do it too.

usage: spec_drift.py compare FOLDER [ARGUMENT ...]       reports into FOLDER; arguments of `drift`
       spec_drift.py issue FOLDER                        the one issue, from the reports in FOLDER
       spec_drift.py pull-request [ARGUMENT ...]         a pull request; arguments of `regen --fetch`

Whatever fails ends the script with a status that is not 0. Nothing goes through a pipe of a shell.
What a document says reaches the log only where GitHub takes no commands from it.
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
# Ours is the issue that begins with this, whatever people call it.
MARK = "<!-- upstream-drift -->"
# What `cargo xtask drift` ends with when it did compare.
COMPARED = (0, 3, 4, 5)
COULD_NOT_TELL = 70
UPSTREAM = pathlib.Path("spec/upstream/connect-v1.json")
# Everything that `regen --fetch --bump` may write.
WRITTEN = ("spec", "connect-api/src/generated", "CHANGELOG.md", "Cargo.toml", "Cargo.lock")

TOKEN_NOTE = """
---
This pull request was opened with the workflow's own token. GitHub starts no workflow for it: close \
and reopen it, or push to its branch, and the checks run. The snapshots are not accepted: \
`cargo insta review` on this branch is the review (see CONTRIBUTING.md).
"""


def run(*command, **options):
    """Runs a command, which must succeed, and gives its output."""
    done = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, **options)
    return done.stdout


def quietly(*command):
    """Runs a command whose words may be those of a document: none of them is a command to GitHub.

    Both streams are one, lest GitHub reads a line of the second after the end of the first.
    """
    token = secrets.token_hex(16)
    print(f"::stop-commands::{token}", flush=True)
    try:
        return subprocess.run(command, check=False, stderr=subprocess.STDOUT).returncode
    finally:
        print(f"\n::{token}::", flush=True)


def require(*command):
    """The same for a command that must succeed."""
    if status := quietly(*command):
        raise subprocess.CalledProcessError(status, command)


def append(variable, text):
    """Appends to one of the files that GitHub Actions names, if it does."""
    if path := os.environ.get(variable):
        with open(path, "a", encoding="utf-8") as file:
            file.write(text)


def report(folder):
    """The report as data, and as Markdown."""
    folder = pathlib.Path(folder)
    data = json.loads((folder / "drift.json").read_text(encoding="utf-8"))
    return data, (folder / "drift.md").read_text(encoding="utf-8")


def attention(data):
    """What a maintainer has to look at: findings, rules that lapsed, acceptances that lapsed."""
    summary = data["summary"]
    return (
        [finding["fingerprint"] for finding in data["findings"] if not finding["accepted"]]
        + [note["message"] for note in summary["notes"] if note["kind"] != "witness"]
        + [it["fingerprint"] for it in summary["acceptances"] if it["state"] != "holds"]
    )


def compare(folder, *arguments):
    """Fetches and compares. Only a comparison that took place ends with 0."""
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    names = {"json": "drift.json", "html": "drift.html", "markdown": "drift.md"}
    also = [part for it, name in names.items() for part in ("--also", f"{it}={folder}/{name}")]
    with tempfile.TemporaryDirectory() as place:
        commands = pathlib.Path(place) / "commands"
        shape = ("--format", "github", "--output", str(commands))
        status = quietly("cargo", "xtask", "drift", *shape, *also, *arguments)
        if status not in COMPARED:
            print(f"::error title=drift::nothing was compared: `drift` ended with {status}")
            return status if 0 < status < 256 else COULD_NOT_TELL
        data, markdown = report(folder)
        state = "drift" if attention(data) else "quiet"
        # These are commands, with what a document says as their escaped text.
        print(commands.read_text(encoding="utf-8"), end="", flush=True)
    append("GITHUB_STEP_SUMMARY", markdown)
    append("GITHUB_OUTPUT", f"state={state}\n")
    print(f"state: {state}")
    return 0


def issue(folder):
    """Opens the issue, refreshes it, or closes it: there is never a second one."""
    data, markdown = report(folder)
    what = attention(data)
    digest = hashlib.sha256("\n".join(sorted(what)).encode()).hexdigest()[:16]
    fields = ("--json", "number,state,body", "--limit", "100")
    found = json.loads(run("gh", "issue", "list", "--label", LABEL, "--state", "all", *fields))
    ours = sorted((it for it in found if it["body"].startswith(MARK)), key=lambda it: it["number"])
    old = ours[0] if ours else None
    if not what:
        if old and old["state"] == "OPEN":
            words = "The committed document and the service's are the same again."
            run("gh", "issue", "close", str(old["number"]), "--comment", words)
        return 0
    seen = f"<!-- seen: {digest} -->"
    body = f"{MARK}\n{seen}\n{markdown}\n{where()}"
    with tempfile.TemporaryDirectory() as place:
        file = pathlib.Path(place) / "body.md"
        file.write_text(body, encoding="utf-8")
        if old is None:
            about = ("--description", "The service's document is not the committed one")
            run("gh", "label", "create", LABEL, "--force", *about)
            run("gh", "issue", "create", "--title", TITLE, "--label", LABEL, "--body-file", str(file))
            return 0
        number = str(old["number"])
        run("gh", "issue", "edit", number, "--body-file", str(file))
    if old["state"] != "OPEN":
        run("gh", "issue", "reopen", number)
    # Who follows the issue hears of no edit.
    if seen not in old["body"]:
        run("gh", "issue", "comment", number, "--body", "What changed is no longer the same; see above.")
    return 0


def where():
    """A line that leads to the run, and says what to do."""
    advice = "`cargo xtask drift` shows this anywhere; CONTRIBUTING.md says how to take it in."
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    server, repository, number = (os.environ.get(name, "") for name in names)
    if not number:
        return f"{advice}\n"
    return f"[The run with all reports]({server}/{repository}/actions/runs/{number}). {advice}\n"


def pull_request(*arguments):
    """Takes the new document in, on a branch of its own that nobody else's work is on."""
    old = UPSTREAM.read_bytes()
    require("cargo", "xtask", "regen", "--fetch", "--bump", *arguments)
    if UPSTREAM.read_bytes() == old:
        print("the document is the committed one: there is nothing to take in")
        return 0
    branch = f"{LABEL}-{hashlib.sha256(UPSTREAM.read_bytes()).hexdigest()[:12]}"
    # What is pushed may hold somebody's work by now; without a pull request, opening it had failed.
    is_pushed = bool(run("git", "ls-remote", "origin", f"refs/heads/{branch}"))
    if is_pushed and json.loads(run("gh", "pr", "list", "--head", branch, "--state", "all", "--json", "number")):
        print(f"::notice title=drift::the branch {branch} has this document already")
        return 0
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        (folder / "old.json").write_bytes(old)
        require(
            *("cargo", "xtask", "drift", "--base", str(folder / "old.json"), "--revision", str(UPSTREAM)),
            *("--accepted", "spec/accepted.toml", "--fail-on", "never", "--format", "markdown"),
            *("--output", str(folder / "drift.md"), "--also", f"json={folder / 'drift.json'}"),
        )
        data, markdown = report(folder)
        title = f"Take in the upstream document ({data['summary']['bump']})"
        (folder / "body.md").write_text(markdown + TOKEN_NOTE, encoding="utf-8")
        if not is_pushed:
            run("git", "switch", "--create", branch)
            run("git", "add", "--all", *(path for path in WRITTEN if pathlib.Path(path).exists()))
            run("git", "commit", "--message", title)
            run("git", "push", "origin", branch)
        body = str(folder / "body.md")
        print(run("gh", "pr", "create", "--head", branch, "--title", title, "--body-file", body))
    return 0


TASKS = {"compare": compare, "issue": issue, "pull-request": pull_request}


def main(arguments):
    """Runs a task by its name."""
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
