"""What the trusted side may ask of a submission: one frozen request for each verb, one frozen reply.

A request knows how much its answer may hold; the arrays that go with either have names of their own. Here all
verbs stand together, under one address.
"""

from __future__ import annotations

from grader.wall.verbs.cam import (
    FORMS,
    MAX_CALLS,
    MAX_INPUTS,
    Cam,
    CamCell,
    Cell,
    ClsPred,
    Form,
    GradCam,
    Map,
    Noted,
    NotedCall,
    Prediction,
    Returned,
)
from grader.wall.verbs.challenge import MAX_ENDS, Ends, Fill, Forward, Initial, Kept, Release
from grader.wall.verbs.confirming import Grad, Narrow, Run
from grader.wall.verbs.copying import Copied, CopyVgg, MakeVgg, Sample, Sampled
from grader.wall.verbs.loading import Failure, Load, Loaded, Ping
from grader.wall.verbs.models import (
    MAX_CONSTANTS,
    Build,
    Constants,
    Gradients,
    Model,
    Outputs,
    Parameter,
    Reached,
    Seen,
    Shapes,
    Trace,
    Way,
)
from grader.wall.verbs.request import Done, OfModel, Request, reply, verb
from grader.wall.verbs.training import (
    TrainBegin,
    TrainBest,
    TrainEnd,
    TrainGradients,
    TrainPictures,
    TrainPredict,
    TrainSteps,
)

__all__ = [
    "FORMS",
    "MAX_CALLS",
    "MAX_CONSTANTS",
    "MAX_ENDS",
    "MAX_INPUTS",
    "Build",
    "Cam",
    "CamCell",
    "Cell",
    "ClsPred",
    "Constants",
    "Copied",
    "CopyVgg",
    "Done",
    "Ends",
    "Failure",
    "Fill",
    "Form",
    "Forward",
    "Grad",
    "GradCam",
    "Gradients",
    "Initial",
    "Kept",
    "Load",
    "Loaded",
    "MakeVgg",
    "Map",
    "Model",
    "Narrow",
    "Noted",
    "NotedCall",
    "OfModel",
    "Outputs",
    "Parameter",
    "Ping",
    "Prediction",
    "Reached",
    "Release",
    "Request",
    "Returned",
    "Run",
    "Sample",
    "Sampled",
    "Seen",
    "Shapes",
    "Trace",
    "TrainBegin",
    "TrainBest",
    "TrainEnd",
    "TrainGradients",
    "TrainPictures",
    "TrainPredict",
    "TrainSteps",
    "Way",
    "reply",
    "verb",
]
