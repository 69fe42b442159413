"""The course kit, as students import it (`FCN`, `CAM`, `files/`): never their own copy, always this one.

Inside of the sandbox this folder is on the path; of `reference`, only what it needs can be seen.
"""
