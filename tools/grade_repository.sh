#!/usr/bin/env bash
# Grades the submission in a checked-out repository on a CI runner (action.yml calls it).
# In:  REPOSITORY SUBMISSION TRAINING SEED AUDIENCE FAIL_UNDER REPORTS, and what GitHub sets.
# Out: reports in REPORTS, a step summary, annotations, the outputs code, score, max-score, pending.
set -euo pipefail
cd "$(dirname "$0")/.."

options=(--out "$REPORTS" --training "${TRAINING:-none}" --audience "${AUDIENCE:-student}")
options+=(--also summary.md --also annotations.txt --also junit.xml --also report.txt)
if [ -n "${SEED:-}" ]; then options+=(--seed "$SEED"); fi
if [ -n "${FAIL_UNDER:-}" ]; then options+=(--fail-under "$FAIL_UNDER"); fi

# A student's repository may hold anything, older reports and marks among it: REPORTS must be a new folder.
if [ -e "$REPORTS" ]; then
    echo "The folder for reports, $REPORTS, is there already." >&2
    exit 2
fi

# What is printed may quote the student; until the token, which they can't know, GitHub obeys none of it.
token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "::stop-commands::$token"
code=0
env -u GITHUB_OUTPUT -u GITHUB_ENV -u GITHUB_PATH -u GITHUB_STEP_SUMMARY -u GITHUB_TOKEN \
    "${PYTHON:-.venv/bin/python}" -m grader grade "${options[@]}" -- "$REPOSITORY/$SUBMISSION" || code=$?
echo
echo "::$token::"

for report in "$REPORTS"/*/report.json; do
    [ -e "$report" ] || break
    folder=$(dirname "$report")
    cat "$folder/summary.md" >>"$GITHUB_STEP_SUMMARY"
    # Files are named from the submission; GitHub looks them up from the repository.
    below=$SUBMISSION
    [ -d "$REPOSITORY/$SUBMISSION" ] || below=$(dirname "$SUBMISSION")
    BELOW=$below awk '{
        if (ENVIRON["BELOW"] != ".") sub(/^::[a-z]+ file=/, "&" ENVIRON["BELOW"] "/")
        print
    }' "$folder/annotations.txt"
    "${PYTHON:-.venv/bin/python}" - "$report" >>"$GITHUB_OUTPUT" <<'PYTHON'
import json, sys
report = json.load(open(sys.argv[1], encoding="utf-8"))
for key in ("score", "max_score", "pending"):
    print(f"{key.replace('_', '-')}={report[key]:g}")
PYTHON
done
echo "code=$code" >>"$GITHUB_OUTPUT"
