"""One command for a machine that has a GPU for a few minutes, no network, and nothing installed of ours."""
