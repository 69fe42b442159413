"""Looks around inside of a worker: which cards are there, whether they compute, which nodes can be opened.

Imports torch and nothing of ours; prints one line of JSON.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def nodes() -> dict[str, bool]:
    """Which device nodes of NVIDIA's there are, and whether each opens."""
    return {str(path): _opens(path) for path in sorted(Path("/dev").glob("nvidia*")) if not path.is_dir()}


def _opens(path: Path) -> bool:
    try:
        os.close(os.open(path, os.O_RDWR))
    except OSError:
        return False
    return True


def cuda() -> dict[str, Any]:
    """Multiply and convolve on the first card."""
    import torch

    if not torch.cuda.is_available():
        return {"cards": 0, "why": _why(torch)}
    x = torch.randn(512, 512, device="cuda")
    weight = torch.randn(8, 3, 3, 3, device="cuda", requires_grad=True)
    y = torch.nn.functional.conv2d(torch.randn(1, 3, 64, 64, device="cuda"), weight)
    y.square().mean().backward()
    same = torch.allclose((x @ x).cpu(), x.cpu() @ x.cpu(), atol=0.5)
    return {"cards": torch.cuda.device_count(), "multiplies": same, "learns": weight.grad is not None}


def _why(torch: Any) -> str:
    try:
        torch.cuda.init()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "no device"


if __name__ == "__main__":
    print(json.dumps({"nodes": nodes(), **cuda()}), flush=True)
