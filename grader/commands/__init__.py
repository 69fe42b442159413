"""What a person types: one module for each word, and what they share."""
