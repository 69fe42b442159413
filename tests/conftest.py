"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

# A busy machine is slow, and that is no fault of what is tested. `make test` without SLOW=1 is quick.
settings.register_profile("patient", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=25)
settings.load_profile("patient")
