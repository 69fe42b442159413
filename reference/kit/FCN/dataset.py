"""The CMP Facade data set, under the name of the course."""

from __future__ import annotations

from reference.facades import Facades as CMP_Facade_DB

__all__ = ["CMP_Facade_DB"]
