"""The texts of a notebook are found in the script that was made of it, and code's own comments are none."""

from __future__ import annotations

import time

import pytest

from grader.intake.files.asides import asides

PERCENTS = """\
# ---
# jupyter: {}
# ---

# %% [markdown]
# # Question 1
#
# First.

# %%
# the model
x = 1  # a number
# %% [markdown]
\"\"\"
Second.
\"\"\"
# %% code again
# more
"""
EXPORTED = """\
#!/usr/bin/env python
# coding: utf-8

# # Question 1
# First.

# Second.

# In[1]:


# the model
x = 1

# a loop
for i in x:
    pass


# In[ ]:


y = 2


# Last.
"""
COLAB = '''\
"""hw.ipynb

Automatically generated."""

# the model
x = """no
text"""
"""# Question 1

First."""
r"""One line."""
'''


@pytest.mark.parametrize(
    ("script", "texts"),
    [
        (PERCENTS, ["---\njupyter: {}\n---", "# Question 1\n\nFirst.", "", "\nSecond.\n"]),
        (EXPORTED, ["!/usr/bin/env python\ncoding: utf-8", "# Question 1\nFirst.", "Second.", "Last."]),
        (COLAB, ["hw.ipynb\n\nAutomatically generated.", "# Question 1\n\nFirst.", "One line."]),
        ("x = 1\n\n# of the code\n\ny = 2\n", []),
        ("x = 1  # no text\n# nor this\ny = 2", []),
        ("", []),
    ],
)
def test_texts_are_found(script: str, texts: list[str]) -> None:
    """As jupytext, VS Code, nbconvert and Colab write them."""
    assert [text.strip() for text in asides(script)] == [text.strip() for text in texts]


@pytest.mark.slow
def test_many_comments_take_no_time() -> None:
    """Each line is looked at a few times."""
    began = time.process_time()
    for line in ("#\n\n", "# a\n", '"""\n', "# %%\n"):
        list(asides(line * 60_000))
    assert time.process_time() - began < 10
