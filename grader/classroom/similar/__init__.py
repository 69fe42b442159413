"""What different people's submissions have in common: evidence for a person to look at, never points."""
