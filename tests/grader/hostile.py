"""Words that try every sink at once."""

from __future__ import annotations

HOSTILE = (
    '<script>alert(1)</script></details></pre><img src=x onerror="alert(2)"> [link](http://evil.example) '
    "www.evil.example @everyone `tick` | cell | **bold** [bold red]markup[/] ${{ secrets.X }} {{ 7*7 }} "
    "%0A &lt;\r\n::error file=x::forged\n##[add-mask]forged\n=cmd|' /C calc'!A0 "
    "\x1b[2J\x1b]0;title\x07 \x00 \u202edrowssap\u202c \ud800"
)
