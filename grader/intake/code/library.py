"""The submission's own modules: which file an import means, and which names no file may take."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import PurePosixPath

from grader.intake.code.program import Program, program
from grader.intake.code.statements import Source
from grader.intake.code.weight import lightened

MAIN = "submission"
KIT = {"FCN": {"__init__", "dataset", "trainer"}, "CAM": {"__init__", "resnet"}}
INSTALLED = {
    "IPython", "PIL", "cv2", "einops", "grader", "matplotlib", "numpy", "pandas", "reference", "scipy",
    "seaborn", "sitecustomize", "skimage", "sklearn", "submission", "torch", "torchaudio", "torchinfo",
    "torchsummary", "torchvision", "tqdm", "usercustomize",
}  # fmt: skip


class Library:
    """The Python files of a submission as modules; `home` is the folder that imports are resolved from."""

    def __init__(self, files: Mapping[str, Source], home: str = "") -> None:
        self._files = files
        self._home = home
        self._by_name: dict[str, list[str]] = defaultdict(list)  # of each last part of a path, the paths
        for path in files:
            self._by_name[PurePosixPath(path).name].append(path)
        self._folders = {str(folder) for path in files for folder in PurePosixPath(path).parents}
        self._programs: dict[str, Program] = {}

    def path(self, module: str) -> str | None:
        """The file that a module's absolute name stands for, if it is one of the submission's."""
        if is_taken(module):
            return None
        stem = module.replace(".", "/")
        for ending in (f"{stem}.py", f"{stem}/__init__.py"):
            home = str(PurePosixPath(self._home, ending))
            if home in self._files:
                return home
            others = self._by_name.get(PurePosixPath(ending).name, [])
            elsewhere = [path for path in others if f"/{path}".endswith(f"/{ending}")]
            if len(elsewhere) == 1:
                return elsewhere[0]
        return None

    def absolute(self, module: str, importer: str) -> str:
        """The absolute name of a module as another one imports it."""
        name = module.lstrip(".")
        level = len(module) - len(name)
        if not level:
            return module
        path = self.path(importer) or ""
        parts = importer.split(".") if importer != MAIN else []
        parents = parts[: len(parts) - level + path.endswith("__init__.py")] if level <= len(parts) else []
        return ".".join([*parents, *filter(None, [name])])

    def source(self, module: str) -> Source | None:
        """The text of one of the submission's modules."""
        path = self.path(module)
        return self._files[path] if path else None

    def is_local(self, module: str) -> bool:
        """Whether a module is a file of the submission or a folder of such files."""
        if is_taken(module) and "." not in module:
            return False
        inside = module.replace(".", "/")
        return self.path(module) is not None or any(
            f"/{folder}".endswith(f"/{inside}") for folder in self._folders
        )

    def program(self, module: str) -> Program | None:
        """The program of one of the submission's modules."""
        if module not in self._programs:
            path = self.path(module)
            if path is None:
                return None
            self.add(module, [self._files[path]])
        return self._programs[module]

    def add(self, module: str, sources: list[Source]) -> Program:
        """Make a module of sources."""
        made = program(module, sources, lambda name: self.is_local(self.absolute(name, module)))
        self._programs[module] = lightened(made)
        return self._programs[module]


def is_taken(module: str) -> bool:
    """Whether a name is the kit's, Python's or an installed library's, and no file may stand for it."""
    top, _, rest = module.partition(".")
    if top in KIT:
        return not rest or rest in KIT[top]
    return top in INSTALLED or top in sys.stdlib_module_names
