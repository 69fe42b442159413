"""What each cause says: every fault that the grader can name, by its id.

In braces stand its parameters and, in capitals, the assignment's words.
"""

from __future__ import annotations

from grader.assignment import MAP, PREDICT, TOP1_LINE, WEIGHT

WORDS = {"PREDICT": PREDICT, "MAP": MAP, "WEIGHT": WEIGHT, "TOP1_LINE": TOP1_LINE}

ATTRIBUTES = {
    "out_channels": "out_channels",
    "kernel": "kernel size",
    "stride": "stride",
    "padding": "padding",
    "dilation": "dilation",
    "groups": "groups",
    "output_padding": "output_padding",
    "bias": "bias",
}

CODE = {
    "submission.unreadable": "the submission can't be read",
    "code.raises": "the submission's code raises {kind}",
    "code.slip": "{wrong}: the submission's code raises {kind}",
    "code.syntax": "{words}: the submission's code is not Python as it stands",
    "code.annotated": "{words}: what is written there is an annotation, which gives no value",
    "code.shadowed": "{words}: another module has the name of this file",
    "code.name": "{words}: that is the name which the assignment gives it",
    "code.blank": "{name} was not written: the blank between the markers is empty",
    "code.unwritten": "the forward pass of {network} applies no layer",
    "code.library": "{library} is not installed where submissions run, and not a file of this one",
    "code.file": "{file} was not handed in, and the submission's code {does} it",
    "code.unread": "the code that binds {name} is more than is read: {why}",
    "code.download": "the submission's code downloads something, and where it runs there is no network",
    "code.lacks": "{name} is not there, or is of the wrong kind",
    "code.timeout": "the submission's code does not answer in time",
    "code.died": "the submission's process ends before it answers",
    "code.answer": "the submission's answer can't be read",
}

LAYERS = {
    "build.output": "the forward pass returns {type:a}, it must return a tensor of logits",
    "build.no_classes": "{network} takes no number of classes",
    "build.classes": "n_class is ignored: with n_class={n_class} the output has {channels} channels",
    **{
        f"layer.{name}": f"{{layer}}: {words} {{got}}, the assignment says {{want}}"
        for name, words in ATTRIBUTES.items()
    },
    "layer.kind": "{layer} is {got}, the assignment says {want}",
    "layer.border": "{layer}: padded by {got}, the assignment pads with {want} zeros",
    "layer.weight": "{layer}: its weight is computed from {got} in each pass, "
    "the assignment takes a parameter as it is",
    "layer.missing": "{layer} is missing",
    "layer.unkept": "{layer} is applied, and its result is thrown away",
    "layer.interpolated": "{layer} is missing: the map is resized by interpolation "
    "where a transposed convolution belongs",
    "layer.reused": "{layer} has no layer of its own: {other}'s is used a second time",
    "layer.extra": "{block} has a convolution too many, after {after}",
    "layer.extra_upscore": "there is a transposed convolution too many, after {after}",
    **{f"layer.again{kind}": "{layer} is applied once more, after {after}" for kind in ("", "_upscore")},
    "activation.missing": "no ReLU after {after}",
    "activation.unkept": "the ReLU after {after} is applied, and its result is thrown away",
    "activation.other": "{got} after {after}, the assignment says ReLU",
    "activation.unwanted": "a {got} after {after}, where the assignment has none",
    "activation.sum": "a {got} on the sum of {after} and the {pool} skip, where the assignment has none",
    "activation.input": "a {got} on the input, before conv1_1",
    "activation.skip": "a {got} on the {pool} skip, where the assignment has none",
    "pool.missing": "{pool} is missing: no max pooling after block {block}",
    "pool.unkept": "{pool} is applied, and its result is thrown away",
    "pool.kind": "{pool}: {got} where the assignment says max pooling",
    **{
        f"pool.{name}": f"{{pool}}: {name} {{got}}, the assignment says {{want}}"
        for name in ("kernel", "stride", "padding", "dilation")
    },
    "pool.place": "{pool} comes after {got}, it must come after {want}",
    "pool.extra": "a pooling too many after {after}",
    "dropout.missing": "no dropout after {after}",
    "dropout.several": "{got} dropouts after {after}, the assignment has one",
    "dropout.off": "the dropout after {after} does nothing in train mode",
    "dropout.on": "the dropout after {after} stays on in eval mode",
    "dropout.unkept": "the dropout after {after} does nothing: what it gives is not kept",
    "dropout.kind": "{got} after {after}, the assignment says dropout2d (whole channels)",
    "dropout.rate": "dropout rate {got} after {after}, the assignment says {want}",
    "dropout.extra": "a dropout after {after}, where the assignment has none",
    "dropout.raises": "the forward pass fails in train mode: {kind}",
}

WAY_UP = {
    "skip.missing": "the {pool} skip is missing",
    "skip.unused": "the {pool} skip is computed but joins nothing",
    "skip.joined": "the {pool} skip is {got}, it must be added",
    "skip.subtracted": "the {pool} skip is subtracted, it must be added",
    "skip.scaled": "the {pool} skip is scaled by {got}, it must be added as it is",
    "skip.source": "the {pool} skip is taken from {got}, it must be taken from {pool}",
    "skip.place": "the {pool} skip joins after {got}, it must join after {want}",
    "skip.other_subtracted": "what comes before is subtracted from the {pool} skip, both must be added",
    "skip.other_scaled": "what the {pool} skip joins is scaled by {got}, both must be added as they are",
    "skip.before": "{after}'s output is multiplied by {got} before the skip joins",
    "skip.after": "the sum with the {pool} skip is multiplied by {got}, it must be a plain sum",
    "skip.changed": "the {pool} skip {got}, which the assignment does not do",
    "skip.twice": "the {pool} skip is joined twice, it must be added once",
    "skip.extra": "{got} is joined after {after}, which the assignment does not do",
    "skip_crop.offset": "the {pool} skip's crop starts at {got}, it must start at {want}",
    "skip_crop.centred": "the {pool} skip's crop is taken from the middle, not from {want} for every size",
    "skip_crop.from_end": "the {pool} skip's crop is taken from the end, not from {want} for every size",
    "skip_crop.missing": "the {pool} skip is not cropped",
    "skip_crop.resized": "the {pool} skip is resized, it must be cropped from {want}",
    "skip_crop.other": "{after}'s output is {got} before the skip joins; the skip is what must be cropped",
    "crop.offset": "the crop starts at {got}, it must start at {want}",
    "crop.centred": "the crop is taken from the middle, it must start at {want} for every size",
    "crop.from_end": "the crop is taken from the end, it must start at {want} for every size",
    "crop.axes": "the crop cuts channels off: rows and columns must be cut from {want}, the last two axes",
    "crop.missing": "the output is not cropped, it must be cut from row and column {want}",
    "crop.unkept": "the output is cropped, and the result is thrown away: "
    "it must be cut from row and column {want}",
    "crop.resized": "the output is resized by interpolation, it must be cropped from row and column {want}",
    "logits.changed": "the output went through {got}: logits are expected, the last layer's own output",
}

OUTPUT = {
    "forward.extra": "{of} {got}, which the assignment does not do",
    "forward.returned": "the forward pass returns {got}, not what it computes last",
    "forward.unkept": "{layer} is applied, and its result is thrown away",
    "forward.infinite": "the output holds values that are NaN or infinite",
    "forward.unknown": "the output is not what these layers compute: no known fault gives these numbers",
    "forward.probabilities": "the output is not what these layers compute: the values are probabilities",
    "forward.scaled": "the output is not what these layers compute: it is {got} times the reference's",
    "shape.raises": "the forward pass raises {kind} at some sizes of the input",
    "shape.swapped": "height and width are swapped",
    "shape.classes_last": "n_class must be the second axis, not the last",
    "shape.batch": "the batch is lost",
    "shape.size": "it must have the input's {got}",
    "shape.endless": "the crop goes on to the end of the map, it must be as large as the input",
    "determinism.random": "the forward pass draws random numbers in eval mode: "
    "the same input gives another output each time",
    "determinism.state": "the same input gives another output each time: "
    "the model keeps something between calls",
}

WEIGHTS = {
    "bilinear.parameter": "the weight of {layers} is not a parameter",
    "bilinear.start": "no bilinear interpolation to start with: {layers}",
    "bilinear.way": "no bilinear interpolation to start with: {layers}: {got}",
    "gradients.frozen": "{layers} can't learn: requires_grad is off",
    "gradients.free": "{layers} can learn: the assignment keeps the bilinear kernel as it is",
    "gradients.held": "the layers in {got} can't learn: the network knows those in an {want}, "
    "none in a plain list or dictionary",
    "gradients.cut": "no gradient reaches {layers}",
    "gradients.severed": "no gradient goes back through {layers}: what it is given is cut from the graph, "
    "by detach(), .data or no_grad()",
    "copy.function": "{network} has no function that copies VGG-16",
    "copy.taken_back": "{network} takes VGG-16's weights, and holds none when the notebook trains it",
    "copy.missing": "{parameter} was not copied",
    "copy.undone": "{parameter} was written, then set back to what it held before copying",
    "copy.lost": "{parameter} is copied, then given other values before the notebook trains it",
    "copy.values": "{parameter} holds other values than VGG-16's",
    "copy.otherwise": "{parameter} does not hold VGG-16's values as they are: {got}",
    "copy.layer": "{parameter} holds {got}'s values",
    "copy.parameter": "{parameter} is not a parameter",
    "copy.shape": "{parameter} has the shape {got} after copying",
    "copy.gone": "{parameter} is gone after copying",
    "copy.setting": "{parameter} is {got} once VGG-16 is copied: the constructor made it {made}",
    "copy.source": "copying changes VGG-16 itself: {parameters}",
    "training.below": "{figure} on pictures it never saw is not what right models reach",
    "training.constant": "{network} does not learn: it says one class of every pixel",
    "training.infinite": "training {network} broke off: the loss became infinite or NaN",
    "training.raises": "training {network} raises {kind}",
    "training.ended": "training {network} did not come to its end",
}

REPORTED = {
    "reported.log": "{network} {how}: no training log in the outputs",
    "reported.epochs": "{network} {how}: the outputs show {got} epochs, {want} are asked for",
    "reported.test": "{network}: no test accuracy and mean IoU in the outputs",
    "reported.figures": "{of}: {got} pictures in the outputs, {want} expected",
    "reported.predictions": "{got} predictions in the outputs, {want} expected",
}

PREDICTION = {
    "index.class": "the index is not that of the most probable class: it is that of {got}",
    "index.random": "{PREDICT} gives another index each time it is given the same logits: chance chooses it",
    "index.elsewhere": "{PREDICT} returns one class whatever it is given: it reads {got}, not {want}",
    "index.form": "{PREDICT} returns {got}, it must return one index",
    "probability.missing": "no probability is printed, nothing like `{TOP1_LINE}`",
    "probability.value": "the printed probability is not the softmax's: it is {got}",
    "name.missing": "no class name is printed",
    "name.other": "the printed name is not that of the predicted class: it is {got}",
}

MAPS = {
    "map.none": "{MAP} returns an array of shape {got}, not a map",
    "map.unread": "{MAP} returns {got:a}, not an array of numbers",
    "map.shape": "the map is {got}, it must be {want}",
    "map.coloured": "the map is coloured, it must hold levels: {got}",
    "map.enlarged": "the map must be enlarged, and nothing else: {got}",
    "map.otherwise": "the map is right with {want} in the place of {got}",
    "map.operation": "the map must be enlarged, and nothing else: it is right without {got}",
    "map.type": "{MAP} returns {got:a}, not an array",
    "map.listed": "{MAP} returns {got:a}, not a list with the map in it",
    "map.dtype": "the map is {got}, it must be uint8",
    "sum.way": "weighted sum: {got}",
    "sum.otherwise": "weighted sum: the map is right with {want} in the place of {got}",
    "sum.reduced": "weighted sum: {how}: {got} must be {want}",
    "sum.lost": "weighted sum: what {got} computes is kept nowhere, it must be {want}",
    "sum.operation": "weighted sum: the map is right without {got}",
    "sum.kept": "weighted sum: {got} is kept from one call of {MAP} to the next, and changes its maps",
    "sum.unknown": "the map is not the weighted sum of the features, and no known fault gives it",
    "sum.flat": "every map has one value everywhere, whatever the class: nothing is left of the sum",
    "sum.some": "the map is wrong for some inputs",
    "class.way": "{got}",
    "stretch.way": "normalisation: {got}",
    "stretch.otherwise": "normalisation: the map is right with {want} in the place of {got}",
    "stretch.operation": "normalisation: the map is right without {got}",
    "stretch.straight": "normalisation: the map is a straight line of the sum, but not from 0 to 255",
    "stretch.bent": "normalisation: the map follows the weighted sum, but along no straight line",
    "inputs.changed": "{MAP} changes the arrays that it is given",
}

GRAD_CAM = {
    "grad_sum.unknown": "the map is not made of features and gradients in any known way",
    "grad_sum.fault": "{got}",
    "grad_layer.other": "the features and gradients are those of {got}, they must be those of layer4",
    "grad_logit.other": "the gradient is that of {got}, it must be that of the class's logit",
    "grad_mean.other": "{got}: each channel's weight must be its gradient's mean over the map",
    "grad_relu.missing": "negative evidence is not cut to 0: the ReLU is missing",
    "grad_relu.absolute": "the sum's absolute value is taken, where negative evidence must be cut to 0",
}

LAST_CELL = {
    "weight_fc.raises": "the last cell raises {kind}",
    "weight_fc.missing": "the last cell binds no {WEIGHT}",
    "weight_fc.type": "{WEIGHT} is {got:a}, it must be a numpy array",
    "weight_fc.shape": "{WEIGHT} is {got}, it must be {want}",
    "weight_fc.scaled": "{WEIGHT} does not hold the fc layer's weight: it is {got} times that",
    "weight_fc.absolute": "{WEIGHT} does not hold the fc layer's weight: it holds absolute values",
    "weight_fc.way": "{WEIGHT} does not hold the fc layer's weight as it is: {got}",
    "weight_fc.unrelated": "{WEIGHT} does not hold the fc layer's weight: it has nothing to do with it",
    "weight_fc.values": "{WEIGHT} does not hold the fc layer's weight",
    "maps.raises": "the last cell raises {kind}",
    "maps.count": "the last cell makes {got} maps, there are {want} images",
    "maps.features": "{image}: {MAP} is not given the image's layer-4 features",
    "maps.input": "{image}: {MAP} is not given the layer-4 features of the image: {got}",
    "maps.class": "{image}: {MAP} is not given the class that {PREDICT} returned",
    "maps.weights": "{image}: {MAP} is given other weights than {WEIGHT}",
    "maps.values": "{image}: the map is not what {MAP} gives for it",
}

SENTENCES: dict[str, str] = {
    **CODE,
    **LAYERS,
    **WAY_UP,
    **OUTPUT,
    **WEIGHTS,
    **REPORTED,
    **PREDICTION,
    **MAPS,
    **GRAD_CAM,
    **LAST_CELL,
}
