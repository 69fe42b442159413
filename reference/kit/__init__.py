"""The course kit, as students import it (`FCN`, `CAM`, `files/`): never their own copy, always this one.

Inside of the sandbox this folder is on the path, and of `reference` only VISIBLE can be seen.
"""

VISIBLE = ("__init__.py", "kit", "facades.py", "metrics.py", "trainer.py")
