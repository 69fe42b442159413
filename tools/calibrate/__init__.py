"""Calibration: right and weak models are trained to set the thresholds of a plan."""
