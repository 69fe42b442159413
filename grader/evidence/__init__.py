"""Evidence: what the trusted side asked of a submission and saw, each question asked once."""

import os

# Hypothesis runs any plugin that is installed, and writes files where a variable says so: of whoever calls,
# nothing has a say in what is asked.
for _name in [name for name in os.environ if name.startswith("HYPOTHESIS_")]:
    del os.environ[_name]
os.environ["HYPOTHESIS_NO_PLUGINS"] = "1"
