"""replay.py: every fault that can be shown as a few lines of torch, for a student's own notebook.

It needs nothing of the grader and holds nothing of the solution: it asks the student's own classes and
functions, and prints what was expected beside what was found.
"""

from __future__ import annotations

from textwrap import indent

from grader import profiles
from grader.assignment import CAM, GRADCAM, GRADIENTS, MAP, NETWORKS, PREDICT
from grader.profiles import Profile
from grader.profiles.naming import exchanged
from grader.profiles.profile import MAP as MAP_FORM
from grader.profiles.profile import MapForm
from grader.records.grade import Grade, Outcome, ScoredCheck
from grader.reports.escape import one_line

LONGEST = 300
HEAD = '''\
"""What the grader found, to be seen without it: run this as a last cell of your notebook.

From a file: put `from your_module import NETWORKS` and whatever else it names above.
"""

import numpy as np
import torch


def show(what, expected, found):
    print(f"{what}: {'ok' if expected == found else 'DIFFERS'}, expected {expected}, found {found}")


def replay(block):
    print(f"\\n{block.__doc__}")
    try:
        block()
    except Exception as error:
        print(f"DIFFERS, it raises {error!r}")
'''
NOTHING = "\nprint('Nothing was lost that a few lines could show.')\n"

LAYERS = """\
for name, layer in NETWORK(n_class=N_CLASS).named_modules():
    if not list(layer.children()):
        print(name, layer)
"""
SCRIPTS = {  # by check, of the networks
    "build": """\
for n_class in (N_CLASS, 21, 5):
    output = NETWORK(n_class).eval()(torch.rand(1, 3, 64, 76))
    show(f"channels for n_class={n_class}", n_class, output.shape[1])
""",
    "shape": """\
model = NETWORK(n_class=N_CLASS).eval()
for height, width in ((64, 76), (97, 65), (128, 160)):
    found = tuple(model(torch.rand(1, 3, height, width)).shape)
    show(f"output for an image of {height} x {width}", (1, N_CLASS, height, width), found)
""",
    "crop": """\
model, maps = NETWORK(n_class=N_CLASS).eval(), []
with torch.no_grad():
    for parameter in model.parameters():
        parameter.normal_(std=0.05)
    last = [layer for layer in model.modules() if isinstance(layer, torch.nn.ConvTranspose2d)][-1]
    last.register_forward_hook(lambda layer, inputs, output: maps.append(output.clone()))
    output = model(torch.rand(1, 3, 64, 76))
places = ((row, column) for row in range(maps[-1].shape[2]) for column in range(maps[-1].shape[3]))
same = (place for place in places
        if torch.equal(maps[-1][..., place[0] : place[0] + 64, place[1] : place[1] + 76], output))
show("row and column that the output starts from", (CROP, CROP), next(same, "no such place"))
""",
    "logits": """\
output = NETWORK(n_class=N_CLASS).eval()(torch.rand(1, 3, 64, 76))
show("type", torch.float32, output.dtype)
sums = output.sum(1)
show("the classes of a pixel add up to one", False, bool(torch.allclose(sums, torch.ones_like(sums))))
""",
    "determinism": """\
model, image = NETWORK(n_class=N_CLASS).eval(), torch.rand(1, 3, 64, 76)
with torch.no_grad():
    for parameter in model.parameters():
        parameter.normal_(std=0.05)
    show("twice the same image, the same output", True, bool(torch.equal(model(image), model(image))))
""",
    "gradients": """\
model = NETWORK(n_class=N_CLASS).train()
with torch.no_grad():
    for parameter in model.parameters():
        parameter.normal_(std=0.05)
model(torch.rand(1, 3, 64, 76)).sum().backward()
without = [name for name, each in model.named_parameters() if each.grad is None]
show("parameters without a gradient", [], without)
""",
    "bilinear": """\
for name, layer in NETWORK(n_class=N_CLASS).named_modules():
    if isinstance(layer, torch.nn.ConvTranspose2d):
        with torch.no_grad():
            grown = layer(torch.ones(1, layer.in_channels, 9, 9))
        middle = grown[0, 0, grown.shape[2] // 2, grown.shape[3] // 2]
        show(f"{name} of ones, in its middle", 1.0, round(float(middle), 4))
""",
    **dict.fromkeys(("conv1", "conv2", "conv3", "conv4", "conv5", "pools", "fc6", "fc7", "dropout"), LAYERS),
    **dict.fromkeys(("score", "score_pools", "upscore", "upscores"), LAYERS),
}
MADE = """\
features, weights = np.zeros((1, 512, 7, 7), "float32"), np.zeros((1000, 512), "float32")
features[0, 3, :2, 5:], features[0, 4, 5:, :2] = 1, 1  # channel 3 is bright above right, channel 4 below left
weights[7, 3], weights[8, 4] = 1, 1  # class 7 looks at channel 3, class 8 at channel 4
made = RETURN_CAM(features.copy(), weights.copy(), torch.tensor([7]))
heat = np.squeeze(np.asarray(made))
"""
CHOSEN = """\
logit = torch.zeros(1, 1000)
logit[0, 7] = 5
index = GET_CLS_PRED(logit)
"""
MAPS = {  # by check, of the maps
    "shape": MADE + 'show("shape", MAP_SIZE, heat.shape)\n',
    "dtype": MADE
    + 'show("type", "MAP_TYPE", type(made).__name__)\nshow("dtype", "uint8", str(heat.dtype))\n',
    "normalise": MADE + 'show("lowest and highest value", (0, 255), (int(heat.min()), int(heat.max())))\n',
    "weighted_sum": MADE
    + """\
row, column = np.unravel_index(int(np.argmax(heat)), heat.shape)
thirds = int(row) * 3 // heat.shape[0], int(column) * 3 // heat.shape[1]
show("the third of the map that is brightest, from above and from left", (0, 2), thirds)
""",
    "class_weights": MADE
    + """\
other = np.squeeze(np.asarray(RETURN_CAM(features.copy(), weights.copy(), torch.tensor([8]))))
show("another class has another map", True, bool((other != heat).any()))
""",
    "inputs_kept": MADE
    + """\
given = features.copy(), weights.copy()
RETURN_CAM(*given, torch.tensor([7]))
show("inputs as they were", True, bool((given[0] == features).all() and (given[1] == weights).all()))
""",
    "cls_index": CHOSEN + 'show("class", 7, int(torch.as_tensor(index).reshape(-1)[0]))\n',
    "cls_return": CHOSEN + 'show("number of indices", 1, torch.as_tensor(index).numel())\n',
}

SEEN = """\
class Net(torch.nn.Module):  # class 7 speaks for channel 3, above right, and against channel 4, below left
    def __init__(self):
        super().__init__()
        self.layer4, self.fc = torch.nn.Identity(), torch.nn.Linear(512, 1000, bias=False)
        with torch.no_grad():
            self.fc.weight.zero_()
            self.fc.weight[7, 3], self.fc.weight[7, 4] = 1, -1

    def forward(self, image):
        features = torch.zeros(1, 512, 7, 7) + 0 * self.fc.weight[0, 0]
        features[0, 3, :2, 5:], features[0, 4, 5:, :2] = 1, 1
        features = self.layer4(features)
        return self.fc(features.mean((2, 3))), features


made = GRAD_CAM(Net().eval(), torch.rand(1, 3, 224, 224), torch.tensor([7]))
heat = np.squeeze(np.asarray(made))
"""
GRAD_MAPS = {  # by check, of Grad-CAM
    "shape": SEEN + MAPS["shape"].removeprefix(MADE),
    "dtype": SEEN + MAPS["dtype"].removeprefix(MADE),
    "normalise": SEEN + MAPS["normalise"].removeprefix(MADE),
    "weighted_sum": SEEN + MAPS["weighted_sum"].removeprefix(MADE),
    "relu": SEEN
    + """\
middle = heat[heat.shape[0] // 2, heat.shape[1] // 2]
show("the middle, where nothing speaks for the class or against it", 0, int(middle))
""",
}
OF_MAPS = {CAM: MAPS, GRADCAM: GRAD_MAPS}


def render(grade: Grade) -> str:
    """The script: what was lost and can be shown, in the order of the report."""
    profile = profiles.load(grade.profile)
    shown = [text for check in grade.checks if (text := _script(check, profile))]
    head = HEAD.replace("NETWORKS", ", ".join(network.name for network in profile.networks))
    return exchanged(head, profile.names) + ("\n".join(("", *shown)) if shown else NOTHING)


def named(code: str, form: MapForm = MAP_FORM) -> str:
    """Code of a script for the maps, with the two functions' names in it, and the form of a map."""
    code = code.replace("RETURN_CAM", MAP).replace("GET_CLS_PRED", PREDICT).replace("GRAD_CAM", GRADIENTS)
    kind = "list" if form.returned == "list" else "ndarray"
    return code.replace("MAP_SIZE", str(form.size)).replace("MAP_TYPE", kind)


def _told(check: ScoredCheck) -> str:
    """What is said of layers, to be held against those that are printed, as far as the student may see it."""
    told = {"expected": check.reason.expected, "found by the grader": check.reason.actual}
    return "".join(
        f"print({f'{word}: {one_line(text)[:LONGEST]}'!r})\n" for word, text in told.items() if text
    )


def _script(check: ScoredCheck, profile: Profile) -> str:
    name = check.id.partition(".")[2]
    if check.outcome is not Outcome.FAILED or not check.reason.text:
        return ""
    if check.part in NETWORKS:
        network, code = NETWORKS[check.part], SCRIPTS.get(name, "")
        if code == LAYERS:
            code = _told(check) + code
        code = code.replace("NETWORK", network.name).replace("CROP", str(profile.table(network)(1).crop))
        code = code.replace("N_CLASS", str(profile.n_class))
    else:
        code = named(OF_MAPS.get(check.part, {}).get(name, ""), profile.map)
    if not code:
        return ""
    title, text = (one_line(text)[:LONGEST] for text in (check.title, check.reason.text))
    doc = f"{check.id}: {title}. {text}"
    body = indent(f"{doc!r}\n{exchanged(code, profile.names)}", "    ")
    return f"\n@replay\ndef {check.part}_{name}():\n{body}"
