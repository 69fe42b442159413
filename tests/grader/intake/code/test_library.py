"""Imports of the submission's own files are followed; no file takes the place of a library or of the kit."""

# ruff: noqa: E501  (a sample reads better on one line)
from __future__ import annotations

import sys
from pathlib import Path

import pytest

from grader.intake import read
from grader.intake.code.library import Library, is_taken
from grader.intake.code.statements import Source
from grader.intake.code.targets import walk_targets
from tests.grader.intake.a_submission import folder, ipynb, modules_of, of_cells

USES: dict[str, tuple[str, dict[str, str]]] = {
    "from a file": ("from models import FCN32s", {"models.py": "n = 7\nclass FCN32s: n = n\nraise SystemExit"}),
    "under another name": ("from models import Net as FCN32s", {"models.py": "class Net: n = 7"}),
    "everything from a file": ("from models import *", {"models.py": "class FCN32s: n = 7"}),
    "everything from everything": (
        "from models import *", {"models.py": "from layers import *\nclass FCN32s(Base): pass", "layers.py": "class Base: n = 7"},
    ),
    "an attribute of a module": ("import models\nFCN32s = models.FCN32s", {"models.py": "class FCN32s: n = 7"}),
    "a module under another name": ("import models as m\nclass FCN32s(m.Base): pass", {"models.py": "class Base: n = 7"}),
    "a module in a package": (
        "from nets.fcn import FCN32s", {"nets/fcn.py": "from .layers import n\nclass FCN32s: n = n", "nets/layers.py": "n = 7"},
    ),
    "through the package itself": (
        "from nets import FCN32s",
        {"nets/__init__.py": "from .fcn import FCN32s", "nets/fcn.py": "from . import layers\nclass FCN32s: n = layers.n", "nets/layers.py": "n = 7"},
    ),
    "two levels up": (
        "from nets.deep.fcn import FCN32s", {"nets/deep/fcn.py": "from ..layers import n\nclass FCN32s: n = n", "nets/layers.py": "n = 7"},
    ),
    "a dotted module": ("import nets.fcn\nFCN32s = nets.fcn.FCN32s", {"nets/fcn.py": "class FCN32s: n = 7"}),
    "in a folder that sys.path was given": ("from models import FCN32s", {"src/models.py": "class FCN32s: n = 7"}),
    "imported in a function": (
        "class FCN32s:\n    @property\n    def n(self):\n        from models import n\n        return n", {"models.py": "n = 7"},
    ),
    "names of a module that it imported itself": (
        "from layers import *\nclass FCN32s(nn.Base): pass",
        {"layers.py": "import base as nn", "base.py": "class Base: n = 7"},
    ),
    "everything from a package whose parts export": (
        "from nets import *",
        {
            "nets/__init__.py": "from .a import *\nfrom .b import *\n__all__ = ['FCN32s']",
            "nets/a.py": "__all__ = ['_seven']\n_seven = 7\nhidden = 8",
            "nets/b.py": "from .a import *\nclass FCN32s: n = _seven",
        },
    ),
    "what __all__ hides comes from elsewhere": (
        "from a import *\nfrom b import *\nclass FCN32s: n = n",
        {"a.py": "n = 7", "b.py": "__all__ = ['m']\nm, n = 1, 8"},
    ),
    "the same name in two files": (
        "import a, b\nclass FCN32s:\n    n = a.size + b.size",
        {"a.py": "size = 3", "b.py": "size = 4"},
    ),
    "a module under another dotted name": (
        "import nets.fcn as m\nclass FCN32s(m.Base): pass", {"nets/fcn.py": "class Base: n = 7"},
    ),
    "a module that its package imports": (
        "import nets\nclass FCN32s(nets.fcn.Base): pass",
        {"nets/__init__.py": "from . import fcn", "nets/fcn.py": "class Base: n = 7"},
    ),
    "a module that its package takes a name from": (
        "import nets\nclass FCN32s(nets.fcn.Base): pass",
        {"nets/__init__.py": "from .fcn import Base", "nets/fcn.py": "class Base: n = 7"},
    ),
    "a package's own name behind one of its modules": (
        "import nets.other\nclass FCN32s: n = nets.n", {"nets/__init__.py": "n = 7", "nets/other.py": ""},
    ),
    "sub-packages": (
        "from nets.deep.er import fcn\nFCN32s = fcn.FCN32s",
        {
            "nets/__init__.py": "",
            "nets/deep/__init__.py": "from ..base import n",
            "nets/deep/er/fcn.py": "from .. import n\nclass FCN32s: n = n",
            "nets/base.py": "n = 7",
        },
    ),
    "a circle": (
        "from a import FCN32s",
        {"a.py": "import b\nclass FCN32s:\n    n = b.n", "b.py": "import a\nn = 7\ndef f(): return a.FCN32s"},
    ),
    "a circle that depends on the order": (
        "from a import FCN32s",
        {
            "a.py": "n = 7\nfrom b import Base\nclass FCN32s(Base): pass",
            "b.py": "from a import n\nclass Base: n = n",
        },
    ),
    "import_module": (
        "import importlib\nm = importlib.import_module('nets.fcn')\nFCN32s = m.FCN32s",
        {"nets/fcn.py": "class FCN32s: n = 7"},
    ),
    "__import__": ("FCN32s = getattr(__import__('fcn'), 'FCN32s')", {"fcn.py": "class FCN32s: n = 7"}),
    "a module as a value": (
        "import fcn\ndef build(module): return getattr(module, 'FCN' + '32s')\nFCN32s = build(fcn)",
        {"fcn.py": "class FCN32s: n = 7"},
    ),
    "a module that another one changes": (
        "import config\nconfig.n = 7\nfrom fcn import FCN32s",
        {"config.py": "n = 1", "fcn.py": "import config\nclass FCN32s: n = config.n"},
    ),
    "a class that another one changes": (
        "import fcn\nm = fcn.FCN32s()\nfcn.FCN32s.n = 7\nFCN32s = fcn.FCN32s", {"fcn.py": "class FCN32s: n = 1"},
    ),
    "what a main guard does is not imported": (
        "from fcn import FCN32s", {"fcn.py": "n = 7\nif __name__ == '__main__':\n    n = 1\nclass FCN32s: n = n"},
    ),
    "what a main guard leaves to importers": (
        "from fcn import FCN32s",
        {"fcn.py": "if '__main__' == __name__:\n    n = 1\nelse:\n    n = 7\nclass FCN32s: n = n"},
    ),
    "one way or the other": (
        "from nets.fcn import FCN32s",
        {"nets/fcn.py": "try:\n    from layers import n\nexcept ImportError:\n    from .layers import n\nclass FCN32s: n = n",
         "nets/layers.py": "n = 7"},
    ),
    "of two folders the one that sys.path was given": (
        "import sys\nsys.path.insert(0, './src/')\nfrom models import FCN32s",
        {"old/models.py": "class FCN32s: n = 1", "src/models.py": "class FCN32s: n = 7"},
    ),
    "a folder of another machine": (
        "import os, sys\nsys.path.append(os.path.join('/content/drive/MyDrive', 'hw/src'))\nfrom models import FCN32s",
        {"old/models.py": "class FCN32s: n = 1", "src/models.py": "class FCN32s: n = 7"},
    ),
    "a folder that was entered": (
        "import os\nos.chdir('src')\nfrom models import FCN32s",
        {"old/models.py": "class FCN32s: n = 1", "src/models.py": "class FCN32s: n = 7"},
    ),
    "a folder that %cd entered": (
        "%cd src\nfrom models import FCN32s",
        {"old/models.py": "class FCN32s: n = 1", "src/models.py": "class FCN32s: n = 7"},
    ),
    "a file that is named like a module that nobody has": (
        "from test import FCN32s", {"test.py": "class FCN32s: n = 7"},
    ),
    "%run of a notebook": ("%run ./nets/other.ipynb", {"nets/other.ipynb": ipynb("n = 7", "class FCN32s: n = n").decode()}),
    "%run with a space in the name": ("%run 'my nets.py'", {"my nets.py": "class FCN32s: n = 7"}),
    "%run of what has a main guard": ("%run fcn", {"fcn.py": "if __name__ == '__main__':\n    class FCN32s: n = 7"}),
    "%run brings private names": ("%run fcn.py\nclass FCN32s: n = _n", {"fcn.py": "_n = 7"}),
    "exec of a file beside loops": (
        "exec(open('fcn.py').read())\nfor n in range(3): print(n)", {"fcn.py": "class FCN32s: n = 7"},
    ),
    "exec of a file that is compiled first": (
        "exec(compile(open('fcn.py').read(), 'fcn.py', 'exec'), globals())", {"fcn.py": "class FCN32s: n = 7"},
    ),
    "exec of a path": ("from pathlib import Path\nexec(Path('fcn.py').read_text())", {"fcn.py": "class FCN32s: n = 7"}),
    "runpy": ("import runpy\nglobals().update(runpy.run_path('fcn.py'))", {"fcn.py": "class FCN32s: n = 7"}),
    "names that a package gives by __getattr__": (
        "from nets import FCN32s",
        {"nets/__init__.py": "import importlib\ndef __getattr__(name):\n    return getattr(importlib.import_module('.' + WHERE[name], __name__), name)\nWHERE = {'FCN32s': 'fcn'}",
         "nets/fcn.py": "class FCN32s: n = 7"},
    ),
    "names that a package takes from each of its modules": (
        "from nets import FCN32s",
        {"nets/__init__.py": "import importlib, pkgutil\nfor _, name, _ in pkgutil.iter_modules(__path__):\n"
         "    globals().update(vars(importlib.import_module(f'{__name__}.{name}')))",
         "nets/fcn.py": "class FCN32s: n = 7"},
    ),
    "names that a package takes from each file in its folder": (
        "from nets import FCN32s",
        {"nets/__init__.py": "from importlib import import_module\nfrom pathlib import Path\n"
         "for file in Path(__file__).parent.glob('[a-z]*.py'):\n"
         "    vars().update(vars(import_module('.' + file.stem, __package__)))",
         "nets/fcn.py": "class FCN32s: n = 7"},
    ),
    "an import in __getattr__": (
        "import nets\nFCN32s = nets.FCN32s",
        {"nets/__init__.py": "def __getattr__(name):\n    from .fcn import FCN32s\n    return FCN32s", "nets/fcn.py": "class FCN32s: n = 7"},
    ),
    "a class that is looked up by its text": ("from fcn import FCN32s", {"fcn.py": "class Block: n = 7\nclass FCN32s:\n    n = eval('Bl' + 'ock').n"}),
    "a file that was handed in as a text": ("from fcn import FCN32s", {"fcn.py.txt": "class FCN32s: n = 7"}),
    "exec of a file": ("exec(open('fcn.py').read())", {"fcn.py": "class FCN32s: n = 7"}),
    "exec of an open file": (
        "with open('fcn.py') as f:\n    code = f.read()\n    exec(compile(code, 'fcn.py', 'exec'))",
        {"fcn.py": "class FCN32s: n = 7"},
    ),
    "exec of what was read": (
        "with open('fcn.py') as f:\n    code = f.read()\nexec(code, globals())", {"fcn.py": "class FCN32s: n = 7"},
    ),
    "what runpy gives": (
        "from runpy import run_path\nnames = run_path(path_name='fcn.py')\nFCN32s = names['FCN32s']",
        {"fcn.py": "class FCN32s: n = 7"},
    ),
    "what a star of one's own brings from a library": (
        "from own import *\nclass FCN32s: n = len(Sequential(*[ReLU()] * 7))", {"own.py": "from torch.nn import *"},
    ),
    "a file by its path": (
        "import importlib.util\nspec = importlib.util.spec_from_file_location('m', './nets/fcn.py')\n"
        "m = importlib.util.module_from_spec(spec)\nspec.loader.exec_module(m)\nFCN32s = m.FCN32s",
        {"nets/fcn.py": "class FCN32s: n = 7\nif __name__ == '__main__': 1 / 0"},
    ),
    "a file by its path on another machine": (
        "import os\nfrom importlib.machinery import SourceFileLoader as L, SourceFileLoader\n"
        "m = SourceFileLoader('m', os.path.join('/content/drive/hw', 'fcn.py')).load_module()\nFCN32s = m.FCN32s",
        {"fcn.py": "class FCN32s: n = 7"},
    ),
    "%run of a file of another machine": ("%run /content/drive/hw/fcn.py", {"fcn.py": "class FCN32s: n = 7"}),
    "a file that reads one beside it": (
        "from nets.fcn import FCN32s",
        {"nets/fcn.py": "from pathlib import Path\nclass FCN32s: n = int((Path(__file__).parent / 'n.txt').read_text())",
         "nets/n.txt": "7"},
    ),
    "a file of data": ("class FCN32s: n = int(open('cfg/n.txt').read())", {"cfg/n.txt": "7"}),
    "a notebook of a library's package": ("import ipynb.fs.defs.nets\nFCN32s = ipynb.fs.defs.nets.FCN32s", {"nets.ipynb": ipynb("class FCN32s: n = 7").decode()}),
    "a notebook as a module": ("import import_ipynb\nfrom nets import FCN32s", {"nets.ipynb": ipynb("class FCN32s: n = 7").decode()}),
    "%%writefile in two pieces": (
        "%%writefile -a written.py\nclass FCN32s: n = n", {"written.py": "n = 7"},
    ),
    "%run": ("%run models.py", {"models.py": "class FCN32s: n = 7"}),
    "a shell that writes": ("%%bash\ncat > written.py <<EOF\nclass FCN32s: n = 7\nEOF", {}),
    "%%writefile": ("%%writefile written.py\nclass FCN32s: n = 7", {}),
}  # fmt: skip


@pytest.mark.parametrize("use", USES)
def test_the_submissions_own_modules_are_part_of_the_slice(use: str, tmp_path: Path) -> None:
    """Each import a student may write brings the class, and only what that needs."""
    cell, files = USES[use]
    cells = [cell, "from written import FCN32s"] if cell.startswith("%%") else [cell]

    submission = of_cells(tmp_path, *cells, files=files)

    assert submission.slice.targets == {"FCN32s": "submission"}
    with modules_of(submission) as namespace:
        assert namespace["FCN32s"]().n == 7


SCRIPTS: dict[str, dict[str, str]] = {
    "a package that is run": {
        "nets/__init__.py": "from .fcn import FCN32s",
        "nets/fcn.py": "from .layers import n\nclass FCN32s: n = n",
        "nets/layers.py": "n = 7",
    },
    "a package without __init__": {
        "nets/fcn.py": "from nets.layers import n\nclass FCN32s: n = n",
        "nets/layers.py": "n = 7",
    },
    "a package below others": {
        "hw/nets/deep/fcn.py": "from ..layers import n\nclass FCN32s: n = n",
        "hw/nets/layers.py": "from .deep import m as n",
        "hw/nets/deep/__init__.py": "m = 7",
    },
    "two files with helpers of one name": {
        "fcn32s.py": "def size(): return 7\nclass FCN32s: n = size()",
        "fcn8s.py": "def size(): return 8\nclass FCN8s: n = size()",
    },
    "a file and one that runs it": {
        "models.py": "class FCN32s: n = 7\nif __name__ == '__main__':\n    FCN32s().train()",
        "train.py": "from models import FCN32s\nif __name__ == '__main__':\n    FCN32s()",
    },
    "classes below a main guard": {
        "main.py": "from a import n\nif __name__ == '__main__':\n    class FCN32s: n = n",
        "a.py": "n = 7\nif __name__ == '__main__':\n    n = 8",
    },
    "a folder with a name that is no name": {
        "hw 3 (final)/fcn.py": "from layers import n\nclass FCN32s: n = n",
        "hw 3 (final)/layers.py": "n = 7",
        "readme.py": "",
    },
}  # fmt: skip


@pytest.mark.parametrize("way", SCRIPTS)
def test_scripts_import_each_other_as_in_python(way: str, tmp_path: Path) -> None:
    """Whichever is run, each has its own names, and relative imports start where it stands."""
    submission = read(folder(tmp_path / "s", SCRIPTS[way]))

    with modules_of(submission):
        module = sys.modules[submission.slice.targets["FCN32s"]]
        assert module.FCN32s().n == 7


def test_a_target_may_stay_in_its_module(tmp_path: Path) -> None:
    """Where the notebook has it as part of the module only."""
    files = {"nets/fcn.py": "n = 7\nclass FCN32s: n = n", "cams.py": "def returnCAM(f, w, i): return w"}
    submission = of_cells(
        tmp_path,
        "from nets import fcn\nimport cams\nm = fcn.FCN32s()",
        "cams.returnCAM(1, m, 2)",
        files=files,
    )

    assert submission.slice.targets == {"FCN32s": "nets.fcn", "returnCAM": "cams"}
    assert {module.name for module in submission.slice.modules} == {"nets.fcn", "cams", "submission"}
    assert submission.slice.cam_cell[-1].source == "cams.returnCAM(1, m, 2)"


def test_a_traceback_names_the_file(tmp_path: Path) -> None:
    """Chunks of a module carry its path and line."""
    submission = of_cells(
        tmp_path, "from nets.fcn import FCN32s", files={"nets/fcn.py": "\n\nclass FCN32s: pass"}
    )

    (chunk,) = submission.slice.modules[1].chunks

    assert (submission.slice.modules[1].name, chunk.label, chunk.line) == ("nets.fcn", "nets/fcn.py", 3)
    assert submission.texts["nets/fcn.py"] == "\n\nclass FCN32s: pass"


@pytest.mark.parametrize("name", ["torch", "numpy", "cv2", "json", "os", "FCN.trainer", "CAM.resnet", "FCN"])
def test_no_file_shadows_a_library_or_the_kit(name: str, tmp_path: Path) -> None:
    """The import stays, the file is never part of the slice, and a note says so."""
    path = name.replace(".", "/") + ".py"
    files: dict[str, str | bytes] = {
        "a.ipynb": ipynb(f"import {name} as lib\nclass FCN32s: x = lib.x"),
        path: "x = 'forged'\n",
        "zz.py": "a = 1\n",
    }

    submission = read(folder(tmp_path / "s", files))

    assert [module.name for module in submission.slice.modules] == ["submission"]
    assert not any("forged" in chunk.source for module in submission.slice.modules for chunk in module.chunks)
    assert any(path in note for note in submission.notes)


def test_a_file_of_the_students_own_in_a_kit_folder_is_theirs() -> None:
    """Only the kit's own modules are protected there."""
    library = Library({"FCN/models.py": (Source("FCN/models.py", ""),)})

    assert library.is_local("FCN.models")
    assert is_taken("FCN.dataset")


def test_modules_that_import_each_other_end() -> None:
    """A circle of stars is walked once."""
    library = Library(
        {"a.py": (Source("a.py", "from b import *"),), "b.py": (Source("b.py", "from a import *"),)}
    )
    library.add("submission", [Source("cell 1", "from a import *\nclass FCN32s(Missing): pass")])

    assert walk_targets(library)[1] == {"FCN32s": "submission"}


def test_a_relative_import_above_the_top_means_nothing() -> None:
    """It fails when it runs, as it would for the student."""
    library = Library({"a.py": (Source("a.py", ""),)})

    assert library.absolute("...x", "a") == "x"
    assert library.absolute(".a", "submission") == "a"
