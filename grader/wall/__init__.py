"""What both sides of the wall share."""
