"""What a submission says of itself in saved outputs and answers."""
