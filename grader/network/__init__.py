"""Reading a network: from the recorded forward pass to layers with roles, and what they compute."""
