"""A class: who handed in what, who they are, how it is graded, and the page about it."""
