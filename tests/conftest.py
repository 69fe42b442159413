"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

# A busy machine is slow, and that is no fault of what is tested.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
