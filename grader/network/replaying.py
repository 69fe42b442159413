"""Operations of a student's forward pass, run as they were called: those on a list of harmless ones."""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import Tensor

from grader.network.budget import Value
from grader.network.graph import Expr

# What a student's forward pass may compute besides layers: pure functions of tensors, nothing that reads or
# writes anything else. Everything outside of this list makes a trace one that can't be replayed.
_PURE = """
    abs add adaptive_avg_pool2d _adaptive_avg_pool2d adaptive_max_pool2d arange argmax avg_pool2d bmm
    cat clamp clamp_max clamp_min constant_pad_nd copy cos cumsum div elu empty_like eq exp expand fill
    flip full full_like gather ge gelu gt hardtanh index index_select leaky_relu le log _log_softmax lt
    max max_pool2d maximum mean min minimum mm mul native_batch_norm
    _native_batch_norm_legit_no_training native_group_norm native_layer_norm ne neg new_full new_zeros
    ones ones_like permute pow reflection_pad2d repeat replication_pad2d reshape roll rsqrt rsub select
    sigmoid silu slice _softmax softplus sqrt squeeze stack sub sum t tanh threshold transpose unsqueeze
    upsample_bicubic2d upsample_bilinear2d upsample_nearest2d view _unsafe_view where zeros zeros_like
    clone contiguous expand_as hardswish hardsigmoid mish selu celu addmm linear split split_with_sizes
    chunk unbind std var amax amin prod norm linalg_vector_norm scalar_tensor _to_copy alias detach relu
    _prelu_kernel prelu hardshrink softshrink log_sigmoid_forward erf sign square logsumexp var_mean
    nan_to_num isnan masked_fill tril triu baddbmm dot mv pixel_shuffle vdot diag eye linspace scatter
    index_put select_scatter slice_scatter flatten movedim floor ceil round trunc reciprocal log1p expm1
    sin tan lerp addcmul addcdiv _unsafe_index im2col _weight_norm_interface unfold remainder
"""
REPLAYABLE = frozenset(_PURE.split())
# A trace leaves copies out, so how a value lies in memory is not known here.
VIEWS = ("view", "_unsafe_view")

_NAME = re.compile(r"^aten\.([A-Za-z0-9_]+)\.([A-Za-z0-9_]+)$")
_KINDS = ("float16", "bfloat16", "float32", "float64", "int32", "int64", "bool")
_DTYPES = {f"torch.{name}": getattr(torch, name) for name in _KINDS}


class NotReplayableError(Exception):
    """The expression holds something that can't be computed on this side."""


def replay(node: Expr, inputs: list[Any], device: str) -> Value:
    """Run an operation as it was called; raises NotReplayableError for one that is not on the list."""
    match = _NAME.match(node.op)
    if not match or match[1].removesuffix("_") not in REPLAYABLE:
        raise NotReplayableError(f"{node.op} is not replayed")
    operation = getattr(getattr(torch.ops.aten, match[1]), match[2])
    if match[1].endswith("_"):
        inputs = [value.clone() if isinstance(value, Tensor) else value for value in inputs]
    if match[1] in VIEWS:
        inputs = [value.contiguous() if isinstance(value, Tensor) else value for value in inputs]
    out = operation(*_fill(node["args"], inputs), **_keywords(node["named"], inputs, device))
    return tuple(out) if isinstance(out, list) else out


def _keywords(named: Any, inputs: list[Any], device: str) -> dict[str, Any]:
    given = {
        key: _fill_one(value, inputs) for key, value in named if key not in ("device", "pin_memory", "layout")
    }
    if inputs and isinstance(inputs[0], Tensor):
        return given
    return {**given, "device": device}


def _fill(written: Any, inputs: list[Any]) -> list[Any]:
    return [_fill_one(value, inputs) for value in written]


def _fill_one(value: Any, inputs: list[Any]) -> Any:
    if isinstance(value, tuple):
        if value[:1] == ("t",):
            return inputs[value[1]]
        if value[:1] == ("l",):
            return [_fill_one(item, inputs) for item in value[1:]]
        if value[:1] == ("x",):
            return _DTYPES.get(value[1])
    return value
