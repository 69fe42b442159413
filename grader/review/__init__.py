"""The people's half of the grade, in a browser: a local page over a class's reports and its marks."""
