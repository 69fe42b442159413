#!/usr/bin/env bash
# Grades the submission in a checked-out repository on a CI runner (action.yml calls it).
# In:  REPOSITORY SUBMISSION TRAINING SEED AUDIENCE FAIL_UNDER REPORTS, and what GitHub sets.
# Out: reports in REPORTS, or where that is taken in REPORTS-2 and so on, a step summary, annotations, and the
#      outputs reports, nth, code, score, max-score, pending.
set -euo pipefail
cd "$(dirname "$0")/.."

# A job may grade twice, and a student's repository hold anything, older reports and marks among it: the folder is new.
n=1 nth=
mkdir -p "$(dirname "$REPORTS")"
until mkdir "$REPORTS$nth" 2>/dev/null; do
    n=$((n + 1)) nth=-$n
    if [ "$n" -gt 99 ]; then
        echo "No folder for reports can be made beside $REPORTS." >&2
        exit 2
    fi
done
REPORTS=$REPORTS$nth
printf 'reports=%s\nnth=%s\n' "$REPORTS" "$nth" >>"$GITHUB_OUTPUT"

# A link in the student's repository could lead to anybody's work on this runner, the reference among it.
inside=$(realpath -m -- "$REPOSITORY")
case $(realpath -m -- "$REPOSITORY/$SUBMISSION")/ in
"$inside"/*) ;;
*)
    echo "::error title=Not graded::The submission is a link that leads out of its repository."
    echo "code=2" >>"$GITHUB_OUTPUT"
    exit 0
    ;;
esac

options=(--out "$REPORTS" --training "${TRAINING:-none}" --audience "${AUDIENCE:-student}")
options+=(--also summary.md --also annotations.txt --also junit.xml --also report.txt)
if [ -n "${SEED:-}" ]; then options+=(--seed "$SEED"); fi
if [ -n "${FAIL_UNDER:-}" ]; then options+=(--fail-under "$FAIL_UNDER"); fi

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
