"""One escaping function for each format: what a student wrote is shown everywhere and obeyed nowhere."""

from __future__ import annotations

import re
import shlex
import string
import unicodedata

LONGEST = 4000  # characters of one text in a report; report.json keeps all of it

# Not plain text: controls, what reorders text (bidi), line separators, what is not seen, halves of pairs.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\uffff\ud800-\udfff\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
_MARKS = "".join(
    char for char in map(chr, range(0x300, 0x10000)) if unicodedata.category(char) in ("Mn", "Me")
)
_PILED = re.compile(f"(?<=[{_MARKS}]{{4}})[{_MARKS}]+")  # on one letter: they would cover other lines
_ENTITIES = {ord(char): f"&#{ord(char)};" for char in string.punctuation}
_LINKING = re.compile(r"://|www\.|@", re.IGNORECASE)


def printable(text: str, limit: int = LONGEST) -> str:
    """Plain text, safe for XML and HTML once those escape it: anything else is written out, as \\x1b."""
    kept = text[:limit].replace("\r\n", "\n")
    rest = f" ... ({len(text) - limit:,} more characters)" if len(text) > limit else ""
    return _PILED.sub(_counted, _UNPRINTABLE.sub(_written_out, kept)) + rest


def one_line(text: str, limit: int = LONGEST) -> str:
    """`printable`, and on one line."""
    return " ".join(printable(text, limit).split())


def terminal(text: str) -> str:
    """`printable`; a CI log that shows it obeys no "##[command]" in it.

    A line that begins with "::" is obeyed as well: whoever prints this puts something before it.
    """
    return printable(text).replace("##[", "## [")


def markdown(text: str) -> str:
    """One line of GitHub's markdown in which nothing is markup, a link or a mention.

    All punctuation becomes entities; a zero-width space keeps GitHub from making links of bare addresses.
    """
    unlinked = _LINKING.sub(lambda found: f"{found[0][0]}\u200b{found[0][1:]}", one_line(text))
    return unlinked.translate(_ENTITIES)


def command_data(text: str) -> str:
    """The message of a workflow command."""
    return printable(text).replace("%", "%25").replace("\n", "%0A")


def command_property(text: str) -> str:
    """A property (file, title) of a workflow command."""
    return command_data(text).replace(":", "%3A").replace(",", "%2C")


def shell(word: str) -> str:
    """One word of a command that a TA may copy into a shell."""
    return shlex.quote(one_line(word))


def _counted(found: re.Match[str]) -> str:
    return f" ({len(found[0]):,} more marks)"


def _written_out(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
