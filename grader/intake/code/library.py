"""The submission's own modules: which file an import means, and which names no file may take."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.machinery import PathFinder
from pathlib import PurePosixPath

from grader.intake.code.magics import FILE, RUN, run_name
from grader.intake.code.program import Program, program
from grader.intake.code.statements import Source
from grader.intake.code.weight import lightened
from grader.sandbox.staging import packages

MAIN = "submission"
KIT = {"FCN": {"__init__", "dataset", "trainer"}, "CAM": {"__init__", "resnet"}}
RESERVED = {"grader", "reference", MAIN, "sitecustomize", "usercustomize"}
OPEN = {"test", "this"}  # of the standard library, and imported by nobody: students' files have these names
ROOT = "submitted"  # the submission's own folder as a package, where no folder that was taken off names it

Files = Mapping[str, tuple[Source, ...]]  # by path: a script's one text, a notebook's cells of code


class Library:
    """The files of a submission as modules.

    `homes` are the folders that imports are resolved from, in order; `root` is the name of the submission's
    own folder.
    """

    def __init__(self, files: Files, homes: Sequence[str] = ("",), root: str = "") -> None:
        self._files = files
        self._homes = tuple(dict.fromkeys(homes))
        self._root = root if root.isidentifier() and not is_taken(root) else ROOT
        self._by_name: dict[str, list[str]] = defaultdict(list)  # of each last part of a path, the paths
        self._run: dict[str, list[str]] = defaultdict(
            list
        )  # names that stand for a file, whichever its folder
        for path in sorted(files, key=lambda path: (path.count("/"), path)):
            parts = path.split("/")
            self._by_name[parts[-1]].append(path)
            for at in range(len(parts)):
                for prefix in (RUN, FILE):
                    self._run[run_name("/".join(parts[at:]), prefix)].append(path)
        self._folders = {str(folder) for path in files for folder in PurePosixPath(path).parents} - {"."}
        self._found: dict[str, str | None] = {}  # by module: files that import each other ask again and again
        self._programs: dict[str, Program] = {}
        self._whole: dict[str, Program] = {}  # with what is too heavy to run
        self._sources: dict[str, tuple[Source, ...]] = {}
        self._packages: dict[str, str] = {}  # of modules that don't go by the name of their file
        self._paths: dict[str, str] = {}  # of the same

    # --- names ----------------------------------------------------------------------------------------

    def path(self, module: str) -> str | None:
        """The file that a module's absolute name stands for, if it is one of the submission's."""
        if module not in self._found:
            self._found[module] = self._find(module)
        return self._found[module]

    def _find(self, module: str) -> str | None:
        if listed := self._listed(module):
            return self._nearest(self._run[listed])
        if is_taken(module):
            return None
        stem = module.replace(".", "/")
        inside = stem.removeprefix(f"{self._root}/") if module != self._root else ""
        return self._at(stem) or (self._at(inside) if inside != stem else None)

    def _listed(self, module: str) -> str:
        """The name of a file by the end of its path that a module's name ends in; "" for other names."""
        prefix = next((each for each in (RUN, FILE) if module.startswith(each)), "")
        if module in self._run or not prefix:
            return module if module in self._run else ""
        ends = (
            key for key in self._run if key.startswith(prefix) and module.endswith(key[len(prefix) - 1 :])
        )
        return max(ends, key=len, default="")

    def _at(self, stem: str) -> str | None:
        """The package, the module or the notebook of this name."""
        endings = [str(PurePosixPath(stem, "__init__.py"))]
        endings += [f"{stem}.py", f"{stem}.ipynb", f"{stem}.py.txt"] if stem else []
        here = [str(PurePosixPath(home, ending)) for home in self._homes for ending in endings]
        found = next((path for path in here if path in self._files), None)
        if found or not stem:
            return found
        for ending in endings:
            others = self._by_name.get(PurePosixPath(ending).name, [])
            if elsewhere := [path for path in others if path.endswith(f"/{ending}")]:
                return elsewhere[0]
        return None

    def _nearest(self, paths: list[str]) -> str:
        """Of several files of one name, that in the folder which imports are resolved from first."""
        folders = [str(PurePosixPath(path).parent) for path in paths]
        homes = [str(PurePosixPath(home)) for home in self._homes]
        return next((paths[folders.index(home)] for home in homes if home in folders), paths[0])

    def absolute(self, module: str, importer: str) -> str:
        """The absolute name of a module as another one imports it."""
        name = module.lstrip(".")
        level = len(module) - len(name)
        if not level:
            return module
        package = self.package(importer)
        parts = package.split(".") if package else []
        parents = parts[: len(parts) - level + 1] if level <= len(parts) else []
        return ".".join([*parents, *filter(None, [name])])

    def file(self, module: str) -> str:
        """The path of a module's file, which a notebook's cells have none of."""
        path = self._paths.get(module) or self.path(module) or ""
        return path if path.endswith(".py") else ""

    def package(self, module: str) -> str:
        """The package that a module is in, from which its relative imports start."""
        if module in self._packages:
            return self._packages[module]
        if (self.path(module) or "").endswith("__init__.py"):
            return module
        return module.rpartition(".")[0]

    def parts(self, package: str) -> list[str]:
        """The modules that lie in a package's own folder."""
        folder, _, init = (self.path(package) or "").rpartition("/")
        if init != "__init__.py":
            return []
        inside = (PurePosixPath(path) for path in self._files if path.rpartition("/")[0] == folder)
        return sorted(f"{package}.{path.stem}" for path in inside if path.stem != "__init__")

    def name_of(self, path: str) -> str:
        """The dotted name of a file from the submission's own folder, for one that nobody imports."""
        parts = PurePosixPath(path).with_suffix("").parts
        dotted = ".".join(part if part.isidentifier() else run_name(part) for part in parts)
        return dotted if self.path(dotted) == path else run_name(path)

    def package_of(self, path: str) -> str:
        """The package that a file is in if it is run as a part of one."""
        return ".".join((self._root, *PurePosixPath(path).parent.parts))

    def is_run(self, module: str) -> bool:
        """Whether a module is a file that `%run` runs as a whole."""
        return module.startswith(RUN) and bool(self._listed(module))

    def is_local(self, module: str) -> bool:
        """Whether a module is a file of the submission or a folder of such files."""
        if is_taken(module) and "." not in module:
            return False
        inside = module.replace(".", "/")
        return (
            module == self._root
            or self.path(module) is not None
            or any(f"/{folder}".endswith(f"/{inside}") for folder in self._folders)
        )

    # --- programs -------------------------------------------------------------------------------------

    def sources(self, module: str) -> Sequence[Source]:
        """The texts that a module is made of."""
        if module not in self._sources:
            path = self.path(module)
            self._sources[module] = self._files[path] if path else ()
        return self._sources[module]

    def program(self, module: str) -> Program | None:
        """The program of one of the submission's modules."""
        if module not in self._programs:
            if self.path(module) is None:
                return None
            self._make(module, self.sources(module), "main" if self.is_run(module) else "module")
        return self._programs[module]

    def whole(self, module: str) -> Program | None:
        """A module's program as it was written, with the training that no slice runs."""
        self.program(module)
        return self._whole.get(module)

    def add(self, module: str, sources: Iterable[Source], package: str = "", path: str = "") -> Program:
        """Make a module that is run, and that goes by another name than its file."""
        self._packages[module], self._paths[module] = package, path
        self._sources[module] = tuple(sources)
        return self._make(module, self._sources[module], "main")

    def _make(self, module: str, sources: Iterable[Source], only: str) -> Program:
        made = program(module, sources, lambda name: self.is_local(self.absolute(name, module)), only)
        self._whole[module], self._programs[module] = made, lightened(made)
        return self._programs[module]


# --- names that are taken ---------------------------------------------------------------------------


def is_taken(module: str) -> bool:
    """Whether a name is the kit's, Python's or an installed library's, and no file may stand for it."""
    top, _, rest = module.partition(".")
    if top in KIT:
        return not rest or rest in KIT[top]
    return top in RESERVED or (top in sys.stdlib_module_names and top not in OPEN) or is_installed(top)


@cache
def is_installed(top: str) -> bool:
    """Whether a library of this name is installed where submissions run; it is looked for, not imported."""
    if not top.isidentifier():
        return False
    found = PathFinder.find_spec(top, list(map(str, packages())))
    return found is not None and found.loader is not None
