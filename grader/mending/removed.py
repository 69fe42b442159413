"""What libraries no longer have, and what took its place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Removed:
    """Since when something is gone, and what stands for it: code, or where there is none, words."""

    since: str
    instead: str
    code: str = ""  # an expression, or for what is imported, statements that bind `{name}`


def _numpy(version: str, **names: str) -> dict[tuple[str, str], Removed]:
    return {("numpy", name): Removed(f"NumPy {version}", code, code) for name, code in names.items()}


RESIZE = """\
def {name}(picture, size, interp="bilinear", mode=None):
    import cv2, numpy
    picture = numpy.asarray(picture)
    rows, columns = size if isinstance(size, tuple) else (round(side * size) for side in picture.shape[:2])
    if picture.dtype != numpy.uint8:
        low, high = picture.min(), picture.max()
        picture = ((picture - low) * (255.0 / ((high - low) or 1)) + 0.5).astype(numpy.uint8)
    ways = {{"nearest": cv2.INTER_NEAREST, "bicubic": cv2.INTER_CUBIC, "cubic": cv2.INTER_CUBIC}}
    return cv2.resize(picture, (int(columns), int(rows)), interpolation=ways.get(interp, cv2.INTER_LINEAR))"""
GONE = "SciPy 1.3"

REMOVED: dict[tuple[str, str], Removed] = {
    **_numpy("1.24", float="float", int="int", object="object", str="str", complex="complex"),
    **_numpy("1.24", bool="bool", long="int", unicode="str"),
    **_numpy("2.0", float_="__import__('numpy').float64", Inf="float('inf')", NaN="float('nan')"),
    **_numpy("2.0", product="__import__('numpy').prod", alltrue="all", sometrue="any"),
    ("numpy", "asscalar"): Removed("NumPy 1.23", "array.item()"),
    ("PIL.Image", "ANTIALIAS"): Removed("Pillow 10", "Image.LANCZOS", "1"),
    ("torchvision.transforms", "Scale"): Removed(
        "torchvision 0.12", "transforms.Resize", "__import__('torchvision').transforms.Resize"
    ),
    ("torchvision.transforms.transforms", "Scale"): Removed("torchvision 0.12", "transforms.Resize"),
    ("torchvision.models.utils", "load_state_dict_from_url"): Removed(
        "torchvision 0.13",
        "torch.hub.load_state_dict_from_url",
        "from torch.hub import load_state_dict_from_url as {name}",
    ),
    ("torchvision.models.vgg", "model_urls"): Removed("torchvision 0.13", "weights=... of the models"),
    ("matplotlib.cm", "get_cmap"): Removed(
        "Matplotlib 3.9", "plt.get_cmap", "__import__('matplotlib.pyplot').pyplot.get_cmap"
    ),
    ("scipy.misc", "imresize"): Removed(GONE, "cv2.resize", RESIZE),
    ("scipy.misc", "imread"): Removed(GONE, "imageio.v2.imread", "from imageio.v2 import imread as {name}"),
    ("scipy.misc", "imsave"): Removed(GONE, "imageio.v2.imwrite", "from imageio.v2 import imwrite as {name}"),
    ("collections", "Iterable"): Removed(
        "Python 3.10", "collections.abc.Iterable", "from collections.abc import Iterable as {name}"
    ),
    ("sklearn.externals", "joblib"): Removed("scikit-learn 0.23", "joblib", "import joblib as {name}"),
}
MODULES = {module for module, _ in REMOVED} - {"numpy", "PIL.Image", "collections", "matplotlib.cm"}
