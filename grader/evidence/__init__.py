"""Evidence: what the trusted side asked of a submission and saw, each question asked once."""
