# Everything a person types. Needs Python 3.11 or newer and make; the rest is installed into .venv.

STUDENT ?= alice
FOLDER ?= submissions
PLAN ?= smoke
# As they were typed: make itself would run the $(shell ...) in a submission's name.
NAMES := STUDENT FOLDER OUT TRAINING SEED JOBS PLAN PROFILE
$(foreach name,$(NAMES),$(if $(value $(name)),$(eval override $(name) := $$(value $(name)))))
export $(NAMES)

PY := .venv/bin/python
# Read by the shell, not by make: any name or path is safe in them.
COMMON = $(if $(OUT),--out "$$OUT") $(if $(TRAINING),--training "$$TRAINING") $(if $(SEED),--seed "$$SEED") \
         $(if $(PROFILE),--profile "$$PROFILE") $(ARGS)
WORK = $(if $(JOBS),--jobs "$$JOBS")
# A process more than there are cores (tests/conftest.py), and a file's tests in one of them: they share what is expensive to make.
TESTS = --numprocesses $(if $(JOBS),"$$JOBS",logical) --dist loadfile $(if $(SLOW),,-m 'not slow' --hypothesis-profile quick)
# Many processes import the same modules: what one has compiled is there for all, whatever the environment says.
BYTECODE := PYTHONDONTWRITEBYTECODE=
# Half a gigabyte of weights comes and goes for every case: large pages halve the kernel's share of that.
LARGE_PAGES := GLIBC_TUNABLES=glibc.malloc.hugetlb=1

.DEFAULT_GOAL := help
.PHONY: help grade class review profiles doctor test check corpus attacks mutants fuzz coverage data calibrate gradescope gpu feedback bench lock

help:  ## Show what can be typed
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo '  Variables: STUDENT=name-or-path FOLDER=folder OUT=folder TRAINING=none|certify|smoke|short|full'
	@echo '             SEED=number PROFILE=course-year-or-file JOBS=number PLAN=smoke|short|full ARGS="any other option"'

grade: .venv/installed  ## Grade one submission: make grade STUDENT=alice
	@$(LARGE_PAGES) $(PY) -m grader grade $(COMMON) -- "$$STUDENT"

class: .venv/installed  ## Grade every submission of a folder: make class FOLDER=submissions
	@$(LARGE_PAGES) $(PY) -m grader class $(COMMON) $(WORK) -- "$$FOLDER"

review: .venv/installed  ## Mark a graded class in the browser: make review OUT=reports
	@$(PY) -m grader review $(ARGS) -- "$${OUT:-reports}"

doctor: .venv/installed  ## Show what this machine offers: isolation, device, tools
	@$(PY) -m grader doctor

profiles: .venv/installed  ## List the course years that can be graded
	@$(PY) -m grader profiles $(if $(PROFILE),"$$PROFILE") $(ARGS)

test: .venv/installed  ## Test the grader itself; SLOW=1 with the slow tests too
	@$(BYTECODE) $(PY) -m pytest $(TESTS) $(ARGS)

coverage: .venv/installed  ## Show which lines the tests run, those in other processes too
	@$(PY) -m coverage erase
	@$(PY) -m coverage run -m pytest $(TESTS) $(ARGS)
	@$(PY) -m coverage combine --quiet
	@$(PY) -m coverage report

check: .venv/installed  ## Lint, formatting, types, import contracts
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-logo
	@.venv/bin/hadolint Dockerfile

corpus: .venv/installed  ## Grade the corpus of mistakes and styles, write the matrix
	@$(BYTECODE) $(LARGE_PAGES) $(PY) -m fixtures.corpus $(WORK) $(ARGS)

attacks: .venv/installed  ## Attack the wall on every rung of isolation this machine has; ARGS=--all tries each attack
	@$(BYTECODE) $(PY) -m tools.attacks $(WORK) $(ARGS)

mutants: .venv/installed  ## Search for wrong programs that keep full marks
	@$(LARGE_PAGES) $(PY) -m fixtures.mutants $(WORK) $(ARGS)

fuzz: .venv/installed  ## Feed broken bytes to every reader
	@$(PY) -m tools.fuzz $(ARGS)

data: .venv/installed  ## Download the CMP facade data set into the cache
	@$(PY) -m tools.data $(ARGS)

calibrate: .venv/installed  ## Set the training thresholds: make calibrate PLAN=smoke
	@$(PY) -m tools.calibrate "$$PLAN" $(ARGS)

gradescope: .venv/installed  ## Build autograder.zip for Gradescope
	@$(PY) -m tools.gradescope $(if $(OUT),--out "$$OUT") $(ARGS)

feedback: .venv/installed  ## Build the action that students may run: it reads, and judges nothing
	@$(PY) -m tools.feedback $(if $(OUT),"$$OUT")

gpu: .venv/installed  ## Pack for, or measure on, a machine that has a GPU for minutes: ARGS=pack
	@$(PY) -m tools.gpu $(ARGS)

bench: .venv/installed  ## Measure: one submission beside the least work for it, a class of 10 and of 60
	@$(PY) -m tools.bench $(ARGS)

lock: .venv/installed  ## Take the newest packages that pyproject.toml allows into lock/
	@$(PY) -m pip install --quiet --disable-pip-version-check uv
	@$(PY) -m tools.lock

# The stamp is the last thing written: until then it is missing, or older, and an interrupted install starts again.
.venv/installed: pyproject.toml tools/install.py $(wildcard lock/*.txt)
	@for python in python3.12 python3.13 python3.11 python3; do \
	    "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
	    python=; \
	done; \
	if [ -z "$$python" ]; then \
	    echo 'No Python 3.11 or newer with venv was found (tried python3.12, 3.13, 3.11 and python3).' >&2; \
	    echo 'Install one, on Debian or Ubuntu: apt-get install python3 python3-venv' >&2; \
	    exit 1; \
	fi; \
	echo "Setting up .venv with $$("$$python" --version), once: PyTorch (3 GB; with TORCH_INDEX another build) and what else it takes." >&2; \
	home=.venv; [ ! -L .venv ] || home=$$(cd -P .venv && pwd) || exit 1; \
	"$$python" -m venv "$$home" # which refuses a link
	@$(PY) tools/install.py
	@touch $@
