"""Functions of part 4 for tests of where their steps are taken."""

from __future__ import annotations

from textwrap import dedent

MAP = dedent("""\
    def heat(features, rows, idx):
        bz, nc, h, w = features.shape
        row = rows[idx]
        cam = row @ features.reshape(nc, h * w)
        cam = cam.reshape(h, w)
        cam = cam - cam.min()
        cam = cam / cam.max()
        cam = np.uint8(255 * cam)
        features *= 0
        return cv2.resize(cam, (256, 256))
""")
SUM = "    cam = row @ features.reshape(nc, h * w)\n    cam = cam.reshape(h, w)\n"
LOOP = MAP.replace(SUM, "    cam = 0\n    for k in range(nc + 1):\n        cam += row[k] * features[0, k]\n")
PREDICT = dedent("""\
    def best(logit):
        shares = torch.softmax(logit, 1)
        top = shares.argmax(1)
        print(names[top])
        return top
""")
