"""Downloads of files that lie here: what code asks an address for, it gets by the name at its end."""

from __future__ import annotations

import io
import sys
import urllib.request
from collections.abc import Iterable
from email.message import Message
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlparse
from urllib.response import addinfourl

from grader.wall.marked import MARK
from grader.worker.downloads import is_vgg16

LARGEST = 1 << 20  # bytes of a file
_download = urllib.request.urlopen


def serve(texts: Iterable[str]) -> None:
    """Let urllib, and requests where code uses it, find files of the current folder behind addresses."""
    urllib.request.urlopen = _opened
    if "torch.hub" in sys.modules:
        vars(sys.modules["torch.hub"])["urlopen"] = _opened
    if any("requests" in text for text in texts):
        _serve_requests()


def _opened(url: Any, *args: Any, **kwargs: Any) -> Any:
    address = getattr(url, "full_url", url)
    content = _here(address)
    if content is None:
        return _download(url, *args, **kwargs)
    return addinfourl(io.BytesIO(content), Message(), str(address), 200)


def _serve_requests() -> None:
    try:
        import requests
    except ImportError:
        return
    ask = requests.Session.request

    def request(self: Any, method: str, url: Any, *args: Any, **kwargs: Any) -> Any:
        content = _here(url)
        if content is None:
            return ask(self, method, url, *args, **kwargs)
        answer = requests.Response()
        answer.status_code, answer.url, answer._content = 200, str(url), content
        answer.encoding = "utf-8"
        return answer

    if ask.__module__ != __name__:  # once
        requests.Session.request = request  # type: ignore[method-assign]  # it is to be another


def _here(address: Any) -> bytes | None:
    """The file of the current folder that has the name at an address's end, if it is small."""
    name = PurePosixPath(urlparse(str(address)).path).name
    path = Path(name)
    if is_vgg16(name):
        return MARK
    if not name or not path.is_file() or path.stat().st_size > LARGEST:
        return None
    return path.read_bytes()
